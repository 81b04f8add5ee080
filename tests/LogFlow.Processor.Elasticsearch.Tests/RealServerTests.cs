using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Platform;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace LogFlow.Processor.Elasticsearch.Tests;

public sealed class RealServerTests
{
    [RequiresFact(Requirement.Elasticsearch)]
    public async Task Elasticsearch_RealServer_StoresOnceAndRefusesPoison()
    {
        using var folder = new TempDirectory();
        await using var server = await RealServer.StartElasticsearchAsync(folder.Path);
        await VerifyAsync(server);
    }

    [RequiresFact(Requirement.OpenSearch)]
    public async Task OpenSearch_RealServer_StoresOnceAndRefusesPoison()
    {
        using var folder = new TempDirectory();
        await using var server = await RealServer.StartOpenSearchAsync(folder.Path);
        await VerifyAsync(server);
    }

    private static async Task VerifyAsync(RealServer server)
    {
        await using var client = new ElasticsearchConnection(Some.Options(server.Url));
        await VerifyRefusalsAsync(client);
        var setup = new IndexSetup(client, NullLogger.Instance);
        Assert.Equal(new SetupResult(true), await setup.EnsureAsync("logs-test-default", default));
        Assert.Equal(new SetupResult(true), await setup.EnsureAsync("logs-test-default", default));
        using (var template = await client.SendAsync(HttpMethod.GET, "/_index_template/logflow"))
        {
            Assert.Equal(200, template.Status);
        }

        using var request = Some.Request(
            """{"@timestamp":"2025-11-20T19:53:58.123Z","message":"first"}""",
            """{"@timestamp":"not a time","message":"second"}""",
            """{"@timestamp":"2025-11-20T19:53:59.123Z","message":"third","http":{"response":{"status_code":404}}}""");
        var sender = Some.Sender(client);
        var first = await sender.SendAsync(Some.AllItems(request), BulkAction.Create, default);
        var second = await sender.SendAsync(Some.AllItems(request), BulkAction.Create, default);

        Assert.Equal(
            [BulkOutcome.Done, BulkOutcome.DeadLetter, BulkOutcome.Done], first.Select(result => result.Outcome));
        Assert.NotNull(first[1].ErrorReason);
        Assert.Equal(
            [BulkOutcome.Duplicate, BulkOutcome.DeadLetter, BulkOutcome.Duplicate],
            second.Select(result => result.Outcome));
        using var refresh = await client.SendAsync(HttpMethod.POST, "/logs-test-default/_refresh");
        using var count = await client.SendAsync(
            HttpMethod.GET,
            "/logs-test-default/_count?q=" + Uri.EscapeDataString("http.response.status_code:404 OR first"));
        Assert.Equal(2, JsonNode.Parse(Encoding.UTF8.GetString(count.Body.Span))!["count"]!.GetValue<int>());
    }

    /// <summary>What is an operator's matter and what is the document's, as this server says it.</summary>
    private static async Task VerifyRefusalsAsync(ElasticsearchConnection client)
    {
        // A data stream that no template makes: refused, and no plain index appears under its name.
        using var homeless = Items(BulkAction.Create, ("nobody-makes-this", "1"));
        Assert.Equal(BulkOutcome.Refused, await SendAsync(client, homeless, BulkAction.Create, toDataStream: true));
        using (var index = await client.SendAsync(HttpMethod.GET, "/nobody-makes-this"))
        {
            Assert.Equal(404, index.Status);
        }

        // An index that is blocked, then opened.
        await PutAsync(client, "/blocked", """{"settings":{"index.blocks.write":true}}""");
        using var blocked = Items(BulkAction.Index, ("blocked", "1"));
        Assert.Equal(BulkOutcome.Refused, await SendAsync(client, blocked, BulkAction.Index));
        await PutAsync(client, "/blocked/_settings", """{"index.blocks.write":false}""");
        Assert.Equal(BulkOutcome.Done, await SendAsync(client, blocked, BulkAction.Index));

        // A closed index, and an update of a document that is not there.
        using (await client.SendAsync(HttpMethod.POST, "/blocked/_close"))
        {
            Assert.Equal(BulkOutcome.Refused, await SendAsync(client, blocked, BulkAction.Index));
        }

        await PutAsync(client, "/open", "{}");
        using var absent = Items(BulkAction.Update, ("open", "1"));
        Assert.Equal(BulkOutcome.DeadLetter, await SendAsync(client, absent, BulkAction.Update));
        using var nothing = Items(BulkAction.Delete, ("open", "1"), ("not-there", "1"));
        Assert.Equal(BulkOutcome.Done, await SendAsync(client, nothing, BulkAction.Delete));
    }

    private static async Task PutAsync(ElasticsearchConnection client, string path, string body)
    {
        using var response = await client.SendAsync(
            HttpMethod.PUT, path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(200, response.Status);
    }

    private static Lease<BulkRequest> Items(BulkAction action, params (string Index, string Id)[] items)
    {
        var lease = BulkRequest.Rent();
        foreach (var (index, id) in items)
        {
            lease.Value.BeginItem(action, Encoding.UTF8.GetBytes(index), Encoding.UTF8.GetBytes(id));
            if (action != BulkAction.Delete)
            {
                Some.Append(lease.Value, """{"@timestamp":"2025-11-20T19:53:58.123Z"}""");
            }

            lease.Value.EndItem(0);
        }

        return lease;
    }

    /// <summary>The outcome that all items have.</summary>
    private static async Task<BulkOutcome> SendAsync(
        ElasticsearchConnection client, Lease<BulkRequest> request, BulkAction action, bool toDataStream = false)
    {
        var sender = new BulkSender(client, toDataStream, Some.Outage(), backoff: Some.ShortBackoff);
        var results = await sender.SendAsync(Some.AllItems(request), action, default);
        return Assert.Single(results.Select(result => result.Outcome).Distinct());
    }
}
