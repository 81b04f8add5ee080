using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Processor.Elasticsearch.Tests;

public sealed class BulkSenderTests
{
    [Fact]
    public async Task Documents_OnHealthyServer_AreStoredInOneRequest()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var (results, _) = await SendAsync(server, "{\"n\":0}", "{\"n\":1}");

        Assert.All(results, result => Assert.Equal(BulkOutcome.Done, result.Outcome));
        Assert.Equal(1, server.BulkRequests);
        Assert.Equal("{\"n\":1}", Encoding.UTF8.GetString(server.Documents["logs-test-default/id-1"]));
        Assert.Contains(server.Requests, request => request.EndsWith(
            "&require_data_stream=true&include_source_on_error=false", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"number":"2.19.1","distribution":"opensearch"}""")]
    [InlineData("""{"number":"8.10.0"}""")]
    public async Task QueryParameters_ForOtherDialects_AreLeftOut(string version)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.VersionJson = version;
        server.HasOtherTemplate = true;
        await SendAsync(server, "{}");

        Assert.DoesNotContain(
            server.Requests, request => request.Contains("require_data_stream", StringComparison.Ordinal));
        Assert.DoesNotContain(server.Requests, request => request.Contains("include_source", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(FakeFault.Busy)]
    [InlineData(FakeFault.Unavailable)]
    [InlineData(FakeFault.ResetBefore)]
    [InlineData(FakeFault.ItemsBusy)]
    [InlineData(FakeFault.ItemsUnavailable)]
    [InlineData(FakeFault.Unauthorized)]
    public async Task Fault_BeforeStoring_IsRetriedUntilStored(FakeFault fault)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Plan = request => request < 4 ? fault : FakeFault.None;
        var (results, _) = await SendAsync(server, "{\"n\":0}", "{\"n\":1}");

        Assert.All(results, result => Assert.Equal(BulkOutcome.Done, result.Outcome));
        Assert.Equal(2, server.Documents.Count);
        Assert.Equal(5, server.BulkRequests);
    }

    [Theory]
    [InlineData(FakeFault.ResetAfter)]
    [InlineData(FakeFault.TornAnswer)]
    [InlineData(FakeFault.ItemMissing)]
    [InlineData(FakeFault.Silence)]
    public async Task Fault_AfterStoring_EndsAsDuplicates(FakeFault fault)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Plan = request => request < 1 ? fault : FakeFault.None;
        var (results, _) = await SendAsync(
            server, fault == FakeFault.Silence ? TimeSpan.FromMilliseconds(300) : null, "{\"n\":0}", "{\"n\":1}");

        Assert.All(results, result => Assert.Equal(BulkOutcome.Duplicate, result.Outcome));
        Assert.Equal(2, server.Documents.Count);
    }

    [Fact]
    public async Task PoisonedDocument_AmongGood_IsTheOnlyDeadLetter()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var (results, _) = await SendAsync(
            server, "{\"n\":0}", $"{{\"n\":\"{FakeElasticsearch.Poison}\"}}", "{\"n\":2}");

        Assert.Equal(
            [BulkOutcome.Done, BulkOutcome.DeadLetter, BulkOutcome.Done], results.Select(result => result.Outcome));
        Assert.Equal("document_parsing_exception", results[1].ErrorType);
        Assert.Equal(1, server.BulkRequests);
    }

    [Fact]
    public async Task PoisonedDocument_ThatFailsTheRequest_IsFoundByBisection()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.PoisonFailsRequest = true;
        var sources = Enumerable.Range(0, 64).Select(n => $"{{\"n\":{n}}}").ToArray();
        sources[37] = $"{{\"n\":\"{FakeElasticsearch.Poison}\"}}";
        var (results, _) = await SendAsync(server, sources);

        Assert.Equal(
            37, Assert.Single(Enumerable.Range(0, 64), index => results[index].Outcome == BulkOutcome.DeadLetter));
        Assert.Equal(63, server.Documents.Count);
        Assert.InRange(server.BulkRequests, 2, 14);
    }

    [Fact]
    public async Task Request_TooLarge_IsHalvedAndTheSizeRemembered()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.BodyBytesMax = 200_000;
        var filler = new string('x', 10_000);
        var sources = Enumerable.Range(0, 100).Select(n => $"{{\"n\":{n},\"filler\":\"{filler}\"}}").ToArray();
        var (results, sender) = await SendAsync(server, sources);

        Assert.All(results, result => Assert.Equal(BulkOutcome.Done, result.Outcome));
        Assert.InRange(sender.BytesMax, 64 * 1024, 200_000);
    }

    [Fact]
    public async Task Document_LargerThanTheServerTakes_IsDeadLettered()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.BodyBytesMax = 1000;
        var (results, _) = await SendAsync(server, "{}", $"{{\"n\":\"{new string('x', 2000)}\"}}", "{}");

        Assert.Equal(
            [BulkOutcome.Done, BulkOutcome.DeadLetter, BulkOutcome.Done], results.Select(result => result.Outcome));
        Assert.Equal(413, results[1].Status);
    }

    [Fact]
    public async Task Node_Dead_IsReplacedByTheNext()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        await using var client = new ElasticsearchConnection(
            Some.Options(new Uri($"http://127.0.0.1:{LogFlow.Testing.FreePort.Next()}"), server.Url));
        using var request = Some.Request("{}");
        var results = await Some.Sender(client).SendAsync(Some.AllItems(request), BulkAction.Create, default);

        Assert.Equal(BulkOutcome.Done, results[0].Outcome);
    }

    [Fact]
    public async Task Cancellation_DuringAnOutage_EndsTheCall()
    {
        await using var client = new ElasticsearchConnection(
            Some.Options(new Uri($"http://127.0.0.1:{LogFlow.Testing.FreePort.Next()}")));
        using var request = Some.Request("{}");
        using var stop = new CancellationTokenSource();
        var outage = Some.Outage();
        var sender = new BulkSender(client, true, outage, backoff: Some.ShortBackoff);
        var sending = sender.SendAsync(Some.AllItems(request), BulkAction.Create, stop.Token);
        await LogFlow.Testing.Eventually.TrueAsync(() => outage.Failures > 2, "three failures");
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal("connection refused", outage.LastError);
        Assert.NotNull(outage.WaitingSince);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task RandomFaults_AnySeed_StoreEachDocumentOnceOrDeadLetterIt(int seed)
    {
        var random = new Random(seed);
        var gate = new Lock();
        await using var server = await FakeElasticsearch.StartAsync();
        var faults = Enum.GetValues<FakeFault>();
        server.Plan = _ => Locked(() => random.Next(3) == 0 ? FakeFault.None : faults[random.Next(faults.Length)]);
        server.Coin = () => Locked(() => random.Next(2) == 0);
        server.PoisonFailsRequest = seed % 2 == 0;
        server.BodyBytesMax = 4000;
        await using var client = new ElasticsearchConnection(new ElasticsearchOptions
        {
            Hosts = [server.Url],
            Timeout = TimeSpan.FromMilliseconds(500),
            ResurrectDelay = TimeSpan.FromMilliseconds(1),
            CompressionLevel = seed % 3 == 0 ? 1 : 0,
        });
        var sources = new string[300];
        for (var n = 0; n < sources.Length; n++)
        {
            var poison = random.Next(40) == 0 ? FakeElasticsearch.Poison : string.Empty;
            var filler = new string('x', random.Next(random.Next(20) == 0 ? 6000 : 60));
            sources[n] = $"{{\"n\":{n},\"t\":\"{poison}{filler}\"}}";
        }

        using var request = Some.Request(sources);
        var items = Some.AllItems(request);
        var sender = Some.Sender(client);
        var halves = await Task.WhenAll(
            sender.SendAsync(items.AsMemory(0, 150), BulkAction.Create, default),
            sender.SendAsync(items.AsMemory(150), BulkAction.Create, default));
        BulkItemResult[] results = [.. halves[0], .. halves[1]];

        for (var n = 0; n < sources.Length; n++)
        {
            var stored = server.Documents.TryGetValue($"logs-test-default/id-{n}", out var source);
            var refused = sources[n].Contains(FakeElasticsearch.Poison, StringComparison.Ordinal)
                || items[n].Bytes.Length > 4000;
            Assert.True(results[n].IsFinal, $"seed {seed}, document {n}");
            Assert.True(stored == !refused, $"seed {seed}, document {n}");
            Assert.True(results[n].Outcome == BulkOutcome.DeadLetter == refused, $"seed {seed}, document {n}");
            Assert.True(!stored || Encoding.UTF8.GetString(source!) == sources[n], $"seed {seed}, document {n}");
        }

        T Locked<T>(Func<T> draw)
        {
            lock (gate)
            {
                return draw();
            }
        }
    }

    private static Task<(BulkItemResult[] Results, BulkSender Sender)> SendAsync(
        FakeElasticsearch server, params string[] sources) => SendAsync(server, null, sources);

    private static async Task<(BulkItemResult[] Results, BulkSender Sender)> SendAsync(
        FakeElasticsearch server, TimeSpan? timeout, params string[] sources)
    {
        await using var client = new ElasticsearchConnection(new ElasticsearchOptions
        {
            Hosts = [server.Url],
            Timeout = timeout ?? TimeSpan.FromSeconds(30),
            ResurrectDelay = TimeSpan.FromMilliseconds(1),
        });
        using var request = Some.Request(sources);
        var outage = new OutageReport("Elasticsearch", TimeProvider.System, NullLogger.Instance);
        var sender = new BulkSender(client, requireDataStream: true, outage, backoff: Some.ShortBackoff);
        return (await sender.SendAsync(Some.AllItems(request), BulkAction.Create, default), sender);
    }
}
