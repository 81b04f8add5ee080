using System.Text;
using System.Text.Json;
using LogFlow.Processor.Elasticsearch.Tests;
using LogFlow.Testing;

namespace LogFlow.Processor.Tests;

public sealed class ElasticsearchOutputTests
{
    [Fact]
    public async Task Events_WithoutSettings_GoToTheirDataStreams()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(
            0,
            """{"message":"a","@timestamp":"2026-01-02T03:04:05.678901Z"}""",
            """{"message":"b","event":{"dataset":"Apache.Access"}}""",
            """{"message":"c","data_stream":{"dataset":"x-y","namespace":"prod"}}""",
            "plain text");
        await using var service = Start(server, queue.Connect(1, 0), new CollectingDeadLetters());
        await Eventually.TrueAsync(() => server.Documents.Count == 4, "4 documents");

        var id = new PartitionIdentity(queue.TopicId, queue.Partition(0)).PositionKey.Replace(':', '-');
        var first = Parse(server.Documents[$"logs-generic-default/{id}-0"]);
        Assert.Equal("2026-01-02T03:04:05.678901Z", DefaultPipeline.Text(first, "@timestamp"));
        Assert.Equal("generic", DefaultPipeline.Text(first, "data_stream.dataset"));
        Assert.NotNull(DefaultPipeline.Text(first, "event.ingested"));
        var second = Parse(server.Documents[$"logs-apache.access-default/{id}-1"]);
        Assert.Equal("apache.access", DefaultPipeline.Text(second, "data_stream.dataset"));
        Assert.Equal("2023-11-14T22:13:20.001Z", DefaultPipeline.Text(second, "@timestamp"));
        Assert.Contains($"logs-x_y-prod/{id}-2", server.Documents.Keys);
        Assert.Equal(
            "plain text", DefaultPipeline.Text(Parse(server.Documents[$"logs-generic-default/{id}-3"]), "message"));
    }

    [Fact]
    public async Task Settings_OfLogstash_AreUsed()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, """{"message":"a","@timestamp":"2026-01-02T03:04:05Z","key":"k1"}""");
        await using var service = TestHost.Start(
            $$"""
            output {
              if [key] {
                elasticsearch {
                  hosts => "{{server.Url}}" index => "app-%{+yyyy.MM.dd}" document_id => "%{key}" action => "index"
                }
              } else { stdout {} }
            }
            """,
            queue.Connect(1, 0),
            new CollectingDeadLetters());
        await Eventually.TrueAsync(() => !server.Documents.IsEmpty, "a document");

        Assert.Contains("app-2026.01.02/k1", server.Documents.Keys);
    }

    [Fact]
    public async Task Failures_OfEveryStage_AreDeadLettered()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(
            0, "{\"n\":1}", null, "{\"n\":\"text\"}", $"{{\"n\":2,\"m\":\"{FakeElasticsearch.Poison}\"}}", "{\"n\":3}");
        var letters = new CollectingDeadLetters();
        await using var service = Start(
            server, queue.Connect(1, 0), letters, "filter { if [n] > 2 { mutate { add_tag => [\"large\"] } } }");
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 5, "the commit");

        Assert.Equal(2, server.Documents.Count);
        Assert.Equal(
            [(1L, DeadLetterStage.Decode), (2L, DeadLetterStage.Filter), (3L, DeadLetterStage.Output)],
            letters.Letters.OrderBy(entry => entry.Key.Offset).Select(entry => (entry.Key.Offset, entry.Value.Stage)));
        Assert.Equal(2, service.GetStatus().EventsOut - 1);
    }

    [Fact]
    public async Task Outage_OfTheServer_IsToldAndSurvived()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var isDown = true;
        server.Plan = _ => Volatile.Read(ref isDown) ? FakeFault.Unavailable : FakeFault.None;
        var queue = new ScriptedQueue();
        queue.Append(0, Enumerable.Range(0, 1000).Select(n => $"{{\"n\":{n}}}"));
        await using var service = Start(server, queue.Connect(1, 0), new CollectingDeadLetters());
        await Eventually.TrueAsync(() => service.GetStatus().Outputs[0].Failures > 0, "a failure");

        Assert.False(service.CheckHealth().IsReady);
        Assert.Contains("503", service.GetStatus().Outputs[0].LastError);
        Assert.NotNull(service.GetStatus().Outputs[0].WaitingSince);
        Assert.Null(queue.CommittedOf(queue.Partition(0)));

        Volatile.Write(ref isDown, false);
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 1000, "the commit");
        Assert.Equal(1000, server.Documents.Count);
        Assert.True(service.CheckHealth().IsReady);
    }

    [Fact]
    public async Task Stop_DuringAnOutage_EndsAndLosesNothing()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Plan = _ => FakeFault.Unavailable;
        var queue = new ScriptedQueue();
        queue.Append(0, Enumerable.Range(0, 100).Select(n => $"{{\"n\":{n}}}"));
        await using (var service = Start(server, queue.Connect(1, 0), new CollectingDeadLetters()))
        {
            await Eventually.TrueAsync(() => service.GetStatus().Outputs[0].Failures > 0, "a failure");
            await service.StopAsync(CancellationToken.None);
        }

        server.Plan = _ => FakeFault.None;
        await using var next = Start(server, queue.Connect(1, 0), new CollectingDeadLetters());
        await Eventually.TrueAsync(() => server.Documents.Count == 100, "all documents");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Kills_AtRandom_StoreEachRecordExactlyOnce(int seed)
    {
        var random = new Random(seed);
        var gate = new Lock();
        await using var server = await FakeElasticsearch.StartAsync();
        var faults = new[] { FakeFault.ItemsBusy, FakeFault.ResetAfter, FakeFault.TornAnswer, FakeFault.ItemMissing };
        server.Plan = _ => Next(4) == 0 ? faults[Next(faults.Length)] : FakeFault.None;
        server.Coin = () => Next(2) == 0;
        var queue = new ScriptedQueue(partitions: 2);
        var letters = new CollectingDeadLetters();
        var count = 0;
        for (var life = 0; life < 6; life++)
        {
            await using var service = Start(server, queue.Connect(seed + life, 0, 1), letters);
            var more = 100 + Next(200);
            for (var n = 0; n < more; n++)
            {
                queue.Append(n % 2,
                    $"{{\"n\":{count + n},\"m\":\"{(Next(50) == 0 ? FakeElasticsearch.Poison : string.Empty)}\"}}");
            }

            count += more;
            var enough = server.Documents.Count + Next(more);
            await Eventually.TrueAsync(
                () => server.Documents.Count + letters.Letters.Count >= Math.Min(enough, count),
                $"seed {seed}: progress");
        }

        server.Plan = _ => FakeFault.None;
        await using var last = Start(server, queue.Connect(seed, 0, 1), letters);
        await Eventually.TrueAsync(
            () => server.Documents.Count + letters.Letters.Count == count, $"seed {seed}: all records");
        var seen = server.Documents.Values.Concat(
            letters.Letters.Values.Select(letter => letter.Record.Value!.Value.ToArray()))
            .Select(source => Parse(source).GetProperty("n").GetInt32()).Order();
        Assert.Equal(Enumerable.Range(0, count), seen);

        int Next(int max)
        {
            lock (gate)
            {
                return random.Next(max);
            }
        }
    }

    private static ProcessorService Start(
        FakeElasticsearch server, ScriptedConsumer consumer, CollectingDeadLetters letters, string filter = "") =>
        TestHost.Start(
            $$"""
            {{filter}} output {
              elasticsearch {
                hosts => "{{server.Url}}"
                retry_initial_interval => 0.005 retry_max_interval => 0.02 resurrect_delay => 0.001
              }
            }
            """,
            consumer,
            letters);

    private static JsonElement Parse(byte[] source) => JsonDocument.Parse(Encoding.UTF8.GetString(source)).RootElement;
}
