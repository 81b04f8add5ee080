using LogFlow.Platform;
using LogFlow.Processor.Elasticsearch.Tests;
using LogFlow.Testing;

namespace LogFlow.Processor.Tests;

/// <summary>Good lines are never dead letters, and one refused index does not hold the others.</summary>
public sealed class ElasticsearchRefusalTests
{
    [Fact]
    public async Task Bulk_BeforeTheIndexSetupIsDone_IsNotSent()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var tried = 0;
        server.NeedsTemplate = true;
        server.Script = line => line.StartsWith("PUT /_index_template", StringComparison.Ordinal)
            && Interlocked.Increment(ref tried) <= 3 ? (503, "{}") : null;
        var queue = Queue(100);
        var letters = new CollectingDeadLetters();
        await using var service = Start(server, queue, letters);
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 100, "the commit");

        Assert.Equal(4, tried);
        Assert.Equal(100, server.Documents.Count);
        Assert.Empty(letters.Letters);
        var lines = server.Requests.ToList();
        Assert.True(lines.FindLastIndex(line => line.StartsWith("PUT /_index_template", StringComparison.Ordinal))
            < lines.FindIndex(line => line.StartsWith("POST /_bulk", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Setup_Refused_IsInHealthAndTriedForEver()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Script = line => line.StartsWith("PUT /_index_template", StringComparison.Ordinal) ? (403, "{}") : null;
        var queue = Queue(10);
        await using var service = Start(server, queue, new CollectingDeadLetters());
        await Eventually.TrueAsync(() => service.GetStatus().Outputs[0].Failures > 3, "four attempts");

        Assert.Contains("index setup: PUT /_index_template/logflow", service.GetStatus().Outputs[0].LastError);
        Assert.False(service.CheckHealth().IsReady);
        Assert.Equal(0, server.BulkRequests);
        server.Script = _ => null;
        await Eventually.TrueAsync(() => server.Documents.Count == 10, "all documents");
    }

    [Fact]
    public async Task Template_LostLater_IsPutAgainAndNothingIsDeadLettered()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.NeedsTemplate = true;
        var queue = Queue(10);
        var letters = new CollectingDeadLetters();
        await using var service = Start(server, queue, letters);
        await Eventually.TrueAsync(() => server.Documents.Count == 10, "the first documents");

        server.Templates.Clear();
        queue.Append(0, Enumerable.Range(10, 10).Select(n => $"{{\"n\":{n}}}"));
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 20, "the commit");

        Assert.Equal(20, server.Documents.Count);
        Assert.Empty(letters.Letters);
        await Eventually.TrueAsync(() => service.CheckHealth().IsReady, "health");
    }

    [Fact]
    public async Task Index_Refused_WaitsApartWhileTheOthersGoOn()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var locked = true;
        server.ItemFault = (index, _, _) => index.Contains("locked", StringComparison.Ordinal)
            && Volatile.Read(ref locked) ? (403, "cluster_block_exception") : null;
        var queue = new ScriptedQueue();
        queue.Append(0, Enumerable.Range(0, 500).Select(
            n => $"{{\"n\":{n},\"event\":{{\"dataset\":\"{(n == 7 ? "locked" : "open")}\"}}}}"));
        var letters = new CollectingDeadLetters();
        await using var service = Start(server, queue, letters);
        await Eventually.TrueAsync(() => server.Documents.Count == 499, "the others");

        queue.Append(0, Enumerable.Range(500, 500).Select(n => $"{{\"n\":{n}}}"));
        await Eventually.TrueAsync(() => server.Documents.Count == 999, "the others that came later");
        var committed = queue.CommittedOf(queue.Partition(0)) ?? 0;
        Assert.True(committed <= 7, $"{committed} is committed though document 7 is not stored");
        Assert.False(service.CheckHealth().IsReady);
        Assert.Contains("cluster_block_exception", service.GetStatus().Outputs[0].LastError);

        Volatile.Write(ref locked, false);
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 1000, "the commit");
        Assert.Equal(1000, server.Documents.Count);
        Assert.Empty(letters.Letters);
        await Eventually.TrueAsync(() => service.CheckHealth().IsReady, "health");
    }

    [Fact]
    public async Task Stop_WhileDocumentsWaitApart_EndsAndLosesNothing()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.ItemFault = (_, _, _) => (403, "security_exception");
        var queue = Queue(50);
        await using (var service = Start(server, queue, new CollectingDeadLetters()))
        {
            await Eventually.TrueAsync(() => service.GetStatus().Outputs[0].Failures > 2, "refusals");
            await service.StopAsync(CancellationToken.None);
        }

        server.ItemFault = (_, _, _) => null;
        await using var next = Start(server, queue, new CollectingDeadLetters());
        await Eventually.TrueAsync(() => server.Documents.Count == 50, "all documents");
    }

    [Fact]
    public async Task DeadLetters_ThatNobodyTakes_DoNotSlowTheOthers()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        var letters = new GatedDeadLetters();
        queue.Append(0, $"{{\"m\":\"{FakeElasticsearch.Poison}\"}}");
        await using var service = Start(server, queue, letters);
        await Eventually.TrueAsync(() => !letters.Calls.IsEmpty, "the letter");

        for (var batch = 0; batch < 20; batch++)
        {
            queue.Append(0, $"{{\"n\":{batch}}}", $"{{\"n\":{batch},\"m\":\"{FakeElasticsearch.Poison}\"}}");
            var expected = batch + 1;
            await Eventually.TrueAsync(() => server.Documents.Count == expected, "the good document");
        }

        Assert.Null(queue.CommittedOf(queue.Partition(0)));
        letters.Open();
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 41, "the commit");

        // What had piled up went together.
        Assert.Equal(21, letters.Calls.Sum());
        Assert.True(letters.Calls.Count < 21);
    }

    [Theory]
    [InlineData("the sink fails")]
    [InlineData("stopped during an outage")]
    [InlineData("stopped during the setup")]
    [InlineData("stopped while refused")]
    public async Task Leases_OfBulks_AreBackHoweverItEnds(string end)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var pool = new BytePool(1 << 20);
        var queue = new ScriptedQueue();
        var text = end == "the sink fails" ? FakeElasticsearch.Poison : "fine";
        queue.Append(0, Enumerable.Range(0, 100).Select(n => $"{{\"m\":\"{text}{n}\"}}"));
        var letters = new GatedDeadLetters();
        switch (end)
        {
            case "stopped during an outage":
                server.Plan = _ => FakeFault.Unavailable;
                break;
            case "stopped during the setup":
                server.Script = line => line.StartsWith("PUT", StringComparison.Ordinal) ? (503, "{}") : null;
                break;
            case "stopped while refused":
                server.ItemFault = (_, _, _) => (403, "security_exception");
                break;
        }

        await using (var service = Start(server, queue, letters, pool))
        {
            if (end == "the sink fails")
            {
                await Eventually.TrueAsync(() => !letters.Calls.IsEmpty, "the letters");
                letters.Fail(new InvalidOperationException("of the test"));
                var error = await Assert.ThrowsAnyAsync<Exception>(() => service.Completion);
                Assert.Contains("of the test", error.ToString());
            }
            else
            {
                await Eventually.TrueAsync(() => service.GetStatus().Outputs[0].Failures > 1, "failures");
            }

            Assert.True(pool.LentCount > 0);
        }

        Assert.Equal(0, pool.LentCount);
    }

    private static ScriptedQueue Queue(int count)
    {
        var queue = new ScriptedQueue();
        queue.Append(0, Enumerable.Range(0, count).Select(n => $"{{\"n\":{n}}}"));
        return queue;
    }

    private static ProcessorService Start(
        FakeElasticsearch server, ScriptedQueue queue, IDeadLetterSink letters, BytePool? pool = null) =>
        TestHost.Start(
            $$"""
            output {
              elasticsearch {
                hosts => "{{server.Url}}"
                retry_initial_interval => 0.005 retry_max_interval => 0.02 resurrect_delay => 0.001
              }
            }
            """,
            queue.Connect(1, 0),
            letters,
            bulkPool: pool);
}
