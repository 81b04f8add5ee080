using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using LogFlow.Testing;
using LogFlow.WebConsole;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Appliance.Tests;

/// <summary><c>logflow dlq</c> against our queue.</summary>
public sealed class DlqTests : IAsyncLifetime, IDisposable
{
    private readonly TempDirectory _folder = new();

    private RunningQueue? _queue;

    private Toolbox Tools => new(_queue!.Endpoint);

    public async Task InitializeAsync() => _queue = await RunningQueue.StartAsync(_folder.File("queue"));

    public async Task DisposeAsync() => await _queue!.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Letters_ListedReplayedPurged_AreAsAsked()
    {
        await WriteLettersAsync();

        var list = await Tools.OutputOfAsync("dlq", "list");
        Assert.Matches(@"logs +2 .* output +elasticsearch +400 mapper", list);
        Assert.Matches(@"logs +1 .* filter +grok +field below a text", list);
        Assert.Contains("\"offset\":5", await Tools.OutputOfAsync("dlq", "list", "--each", "--json"));
        Assert.Contains("bad value", await Tools.OutputOfAsync("dlq", "show", "--plugin", "grok"));
        Assert.Equal(2, (await Tools.OutputOfAsync("dlq", "show", "--reason", "MAPPER")).Count(c => c == '\n'));

        var dry = await Tools.OutputOfAsync("dlq", "replay", "--stage", "output", "--dry-run");
        Assert.Equal("2 records would be put back, 0 not\n", dry);
        Assert.Equal("", await Tools.OutputOfAsync("consume", "logs", "--exit"));

        Assert.Equal(
            "2 records put back, 0 not\n", await Tools.OutputOfAsync("dlq", "replay", "--stage", "output"));
        var records = await Tools.OutputOfAsync("consume", "logs", "--exit", "--json");
        Assert.Equal(2, records.Count(c => c == '\n'));
        Assert.DoesNotContain("\"partition\":0", records);
        Assert.Contains("""{"key":"dlq.replays","value":"1"}""", records);
        Assert.Contains("""{"key":"own","value":"header"}""", records);

        Assert.Equal("2 letters gone, 2 kept\n", await Tools.OutputOfAsync("dlq", "purge", "--stage", "output"));
        Assert.DoesNotContain("400 mapper", await Tools.OutputOfAsync("dlq", "list"));
        Assert.Contains("grok", await Tools.OutputOfAsync("dlq", "list", "--topic", "logs"));
        Assert.Equal("2 letters gone, 0 kept\n", await Tools.OutputOfAsync("dlq", "purge", "--all"));
    }

    [Fact]
    public async Task Purge_WithoutSayingWhat_DoesNothing()
    {
        await WriteLettersAsync();

        var run = await Tools.RunAsync("dlq", "purge");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--all", run.Notes);
        Assert.Contains("grok", await Tools.OutputOfAsync("dlq", "list"));
    }

    [Fact]
    public async Task Replay_OfWhatCannotBePutBack_SaysWhyAndFails()
    {
        await WriteLettersAsync();

        var run = await Tools.RunAsync("dlq", "replay", "--stage", "decode");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("0 records put back, 1 not\n", run.Output);
        Assert.Contains("cannot be decoded", run.Notes);
    }

    /// <summary>A letter that was cut goes back whole, from the processor's folder.</summary>
    [Fact]
    public async Task Replay_OfACutLetter_TakesTheWholeFromTheFolder()
    {
        await WriteLettersAsync();
        var sha256 = new string('a', 64);
        await SendAsync(Letter("output", "store", "413 too large", 7, "begin", ("dlq.sha256", sha256)));

        var without = await Tools.RunAsync("dlq", "replay", "--plugin", "store", "--letters", _folder.Path);
        Assert.Equal(1, without.ExitCode);
        Directory.CreateDirectory(_folder.File("whole"));
        await File.WriteAllTextAsync(_folder.File("whole", sha256), "begin and end");
        await Tools.OutputOfAsync("dlq", "replay", "--plugin", "store", "--letters", _folder.Path);

        Assert.Equal("begin and end\n", await Tools.OutputOfAsync("consume", "logs", "--exit"));
    }

    /// <summary>What the console does with letters is what the command does.</summary>
    [Fact]
    public async Task Box_ListsReadsReplaysAndPurges()
    {
        await WriteLettersAsync();
        using var logs = new CollectingLogs();
        var box = new DlqBox(() => _queue!.Endpoint, _folder.Path, new Logger<DlqBox>(logs));
        var list = await box.ListAsync(CancellationToken.None);
        var group = list["groups"]![0]!;
        Assert.Equal("400 mapper", $"{group["reason"]}");
        Assert.Equal(2, group["count"]!.GetValue<long>());
        var choice = new DeadLetterChoice(
            "logs", "output", "elasticsearch", "400 mapper", null, null,
            DateTimeOffset.Parse($"{group["last"]}", CultureInfo.InvariantCulture));

        var letters = (await box.ReadAsync(choice, 1, CancellationToken.None))["letters"]!.AsArray();
        Assert.Equal("second", $"{letters.Single()!["value"]}");
        Assert.Equal(5, letters[0]!["letter"]!["offset"]!.GetValue<long>());

        Assert.Equal((2, 0), Outcome(await box.ReplayAsync(choice, isDryRun: true, CancellationToken.None)));
        Assert.Equal("", await Tools.OutputOfAsync("consume", "logs", "--exit"));
        var first = choice with { Offset = 3 };
        Assert.Equal((1, 0), Outcome(await box.ReplayAsync(first, isDryRun: false, CancellationToken.None)));
        Assert.Equal("first\n", await Tools.OutputOfAsync("consume", "logs", "--exit"));

        // What came after the page was drawn is not meant.
        var earlier = choice with { Until = choice.Until!.Value.AddMilliseconds(-1) };
        Assert.Equal((0, 4), Outcome(await box.PurgeAsync(earlier, isDryRun: true, CancellationToken.None)));
        Assert.Equal((2, 2), Outcome(await box.PurgeAsync(choice, isDryRun: false, CancellationToken.None)));
        Assert.DoesNotContain("400 mapper", await Tools.OutputOfAsync("dlq", "list"));
        Assert.Equal(1, logs.Count(LogLevel.Warning, "took 2 dead letter(s) away"));
    }

    [Fact]
    public async Task Box_WithoutAQueue_SaysSo()
    {
        var box = new DlqBox(static () => "127.0.0.1:1", _folder.Path, NullLogger<DlqBox>.Instance);
        var error = await Assert.ThrowsAsync<PipelineException>(() => box.ListAsync(CancellationToken.None));
        Assert.Contains("127.0.0.1:1", error.Message);
    }

    private static (long Done, long Left) Outcome(JsonObject answer) =>
        (answer["done"]!.GetValue<long>(), answer["left"]!.GetValue<long>());

    private async Task WriteLettersAsync()
    {
        await Tools.OutputOfAsync("topics", "create", "logs", "--partitions", "2");
        await Tools.OutputOfAsync("topics", "create", "logs.dlq", "--partitions", "2");
        await SendAsync(
            Letter("output", "elasticsearch", "400 mapper", 3, "first"),
            Letter("output", "elasticsearch", "400 mapper", 5, "second"),
            Letter("filter", "grok", "field below a text", 4, "bad value"),
            Letter("decode", "kafka", "no gzip", 9, "raw", ("dlq.last_offset", "12"), ("dlq.codec", "gzip")));
    }

    private static (string Name, string Value)[] Letter(
        string stage, string plugin, string reason, long offset, string value, params (string, string)[] more) =>
        [
            ("value", value), ("own", "header"), ("dlq.stage", stage), ("dlq.plugin", plugin), ("dlq.reason", reason),
            ("dlq.offset", $"{offset}"), ("dlq.partition", "1"), ("dlq.topic", "logs"),
            ("dlq.time", "2026-01-02T03:04:05.678Z"), ("dlq.attempts", "1"), .. more,
        ];

    private async Task SendAsync(params (string Name, string Value)[][] letters)
    {
        await using var client = new KafkaClient(
            new KafkaClientOptions { BootstrapServers = [_queue!.Endpoint] }, new CollectingLogs());
        var topic = await client.GetTopicAsync("logs", allowAutoCreate: false, CancellationToken.None);
        await using var producer = new KafkaProducer(client, new KafkaProducerOptions());
        foreach (var letter in letters)
        {
            var result = await producer.SendAsync(
                new ProducerRecord
                {
                    Topic = "logs.dlq",
                    Partition = 1,
                    Value = Encoding.UTF8.GetBytes(letter[0].Value),
                    Headers =
                    [
                        .. letter[1..].Append(("dlq.topic_id", KafkaUuid.Format(topic.TopicId))).Select(
                            static header => new RecordHeader(
                                Encoding.UTF8.GetBytes(header.Item1), Encoding.UTF8.GetBytes(header.Item2))),
                    ],
                },
                CancellationToken.None);
            Assert.True(result.IsSuccess, result.ToString());
        }
    }
}
