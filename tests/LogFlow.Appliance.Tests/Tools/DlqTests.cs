using System.Text;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using LogFlow.Testing;

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
