using System.Text;
using LogFlow.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Processor.Elasticsearch.Tests;

/// <summary>What waits for an operator, and in which order versions of a document are stored.</summary>
public sealed class BulkRefusalTests
{
    [Fact]
    public async Task Items_OfARefusedIndex_AreTheCallersAndTheOthersAreStored()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.ItemFault = (index, _, _) => index == "locked" ? (403, "cluster_block_exception") : null;
        using var request = Items(BulkAction.Create, ("locked", "a", "1"), ("open", "b", "2"), ("locked", "c", "3"));

        var results = await SendAsync(server, request, BulkAction.Create, keepsOrder: false);

        Assert.Equal(
            [BulkOutcome.Refused, BulkOutcome.Done, BulkOutcome.Refused], results.Select(result => result.Outcome));
        Assert.Equal(["open/b"], server.Documents.Keys);
        Assert.Equal(1, server.BulkRequests);
    }

    [Theory]
    [InlineData(BulkAction.Index)]
    [InlineData(BulkAction.Update)]
    public async Task Versions_OfOneId_KeepTheirOrderThroughAPartialRefusal(BulkAction action)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Documents["i/x"] = [];
        server.Documents["i/y"] = [];
        var busy = 1;
        server.ItemFault = (_, id, source) => id == "x" && source.Contains("v1", StringComparison.Ordinal)
            && Interlocked.Decrement(ref busy) >= 0 ? (429, "es_rejected_execution_exception") : null;
        using var request = Items(action, ("i", "x", "\"v1\""), ("i", "y", "\"other\""), ("i", "x", "\"v2\""));

        var results = await SendAsync(server, request, action, keepsOrder: true);

        Assert.All(results, result => Assert.Equal(BulkOutcome.Done, result.Outcome));
        Assert.Contains("v2", Encoding.UTF8.GetString(server.Documents["i/x"]));
    }

    [Fact]
    public async Task Creates_OfOneId_AreNotSentTogether()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var busy = 1;
        server.ItemFault = (_, _, source) => source.Contains("v1", StringComparison.Ordinal)
            && Interlocked.Decrement(ref busy) >= 0 ? (429, "es_rejected_execution_exception") : null;
        using var request = Items(BulkAction.Create, ("i", "x", "\"v1\""), ("i", "x", "\"v2\""));

        var results = await SendAsync(server, request, BulkAction.Create, keepsOrder: true);

        Assert.Equal([BulkOutcome.Done, BulkOutcome.Duplicate], results.Select(result => result.Outcome));
        Assert.Contains("v1", Encoding.UTF8.GetString(server.Documents["i/x"]));
    }

    [Fact]
    public async Task Versions_BehindARefusedOne_AreRefusedWithIt()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var blocked = 1;
        server.ItemFault = (_, id, _) => id == "x" && Interlocked.Decrement(ref blocked) >= 0
            ? (403, "cluster_block_exception") : null;
        using var request = Items(BulkAction.Index, ("i", "x", "\"v1\""), ("i", "y", "1"), ("i", "x", "\"v2\""));

        var results = await SendAsync(server, request, BulkAction.Index, keepsOrder: true);

        Assert.Equal(
            [BulkOutcome.Refused, BulkOutcome.Done, BulkOutcome.Refused], results.Select(result => result.Outcome));
    }

    [Theory]
    [InlineData("""{"number":"2.19.1","distribution":"opensearch"}""")]
    [InlineData("""{"number":"8.10.0"}""")]
    public async Task DataStream_WithoutTheParameter_IsMadeBeforeAnythingIsWritten(string version)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.VersionJson = version;
        server.HasOtherTemplate = true;
        using var request = Some.Request("{}", "{}");

        await SendAsync(server, request, BulkAction.Create, keepsOrder: false);
        await SendAsync(server, request, BulkAction.Create, keepsOrder: false);

        Assert.Equal(["logs-test-default"], server.DataStreams.Keys);
        var requests = server.Requests.ToList();
        Assert.True(
            requests.FindIndex(line => line == "PUT /_data_stream/logs-test-default")
            < requests.FindIndex(line => line.StartsWith("POST /_bulk", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task DataStream_ThatNoTemplateMakes_IsRefusedAndNoPlainIndexAppears()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.VersionJson = """{"number":"2.19.1","distribution":"opensearch"}""";
        using var request = Some.Request("{}", "{}");

        var results = await SendAsync(server, request, BulkAction.Create, keepsOrder: false);

        Assert.All(results, result => Assert.Equal(BulkOutcome.Refused, result.Outcome));
        Assert.Contains("no matching index template", results[0].ErrorReason);
        Assert.Equal(0, server.BulkRequests);
        Assert.Empty(server.Documents);
    }

    [Fact]
    public async Task Server_ThatDoesNotSayWhoItIs_IsStillAskedToRefusePlainIndices()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Script = line => line == "GET /" ? (403, "{}") : null;
        using var request = Some.Request("{}");

        await SendAsync(server, request, BulkAction.Create, keepsOrder: false);

        Assert.Contains(server.Requests, line => line.Contains("require_data_stream=true", StringComparison.Ordinal));
        Assert.Single(server.Documents);
    }

    [Fact]
    public async Task Server_ThatRefusesTheParameter_IsGuardedInstead()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Script = line => line == "GET /" ? (403, "{}") : null;
        server.RefusesParameters = true;
        server.HasOtherTemplate = true;
        using var request = Some.Request("{}");

        var results = await SendAsync(server, request, BulkAction.Create, keepsOrder: false);

        Assert.Equal(BulkOutcome.Done, results[0].Outcome);
        Assert.Equal(["logs-test-default"], server.DataStreams.Keys);
    }

    private static Lease<BulkRequest> Items(
        BulkAction action, params (string Index, string Id, string Value)[] items)
    {
        var lease = BulkRequest.Rent();
        foreach (var (index, id, value) in items)
        {
            lease.Value.BeginItem(action, Encoding.UTF8.GetBytes(index), Encoding.UTF8.GetBytes(id));
            Some.Append(lease.Value, $"{{\"v\":{value}}}");
            lease.Value.EndItem(0);
        }

        return lease;
    }

    private static async Task<BulkItemResult[]> SendAsync(
        FakeElasticsearch server, Lease<BulkRequest> request, BulkAction action, bool keepsOrder)
    {
        await using var connection = new ElasticsearchConnection(Some.Options(server.Url));
        var outage = new OutageReport("Elasticsearch", TimeProvider.System, NullLogger.Instance);
        var sender = new BulkSender(connection, requireDataStream: action == BulkAction.Create, outage,
            backoff: Some.ShortBackoff);
        return await sender.SendAsync(Some.AllItems(request), action, default, keepsOrder);
    }
}
