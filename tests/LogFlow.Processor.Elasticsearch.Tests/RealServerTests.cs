using System.Text;
using System.Text.Json.Nodes;
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
}
