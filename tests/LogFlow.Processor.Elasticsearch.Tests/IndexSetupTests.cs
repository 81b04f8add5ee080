using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Processor.Elasticsearch.Tests;

public sealed class IndexSetupTests
{
    [Fact]
    public async Task Templates_Missing_ArePutOnce()
    {
        await using var server = await FakeElasticsearch.StartAsync();

        Assert.Equal(new SetupResult(true), await EnsureAsync(server));
        Assert.Equal(["logflow"], server.Templates.Keys);
        var requests = server.Requests.Count;
        Assert.Equal(new SetupResult(true), await EnsureAsync(server));
        Assert.Equal(2, server.Requests.Count - requests);
    }

    [Fact]
    public async Task Template_OfSomebodyElse_StaysInCharge()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.HasOtherTemplate = true;

        Assert.Equal(new SetupResult(true), await EnsureAsync(server));
        Assert.Empty(server.Templates);
    }

    [Theory]
    [InlineData("GET /", 503, false)]
    [InlineData("GET /", 401, true)]
    [InlineData("GET /_index_template/logflow", 503, false)]
    [InlineData("POST /_index_template/_simulate_index/logs-a-b", 429, false)]
    [InlineData("PUT /_ilm/policy/logflow", 503, false)]
    [InlineData("PUT /_component_template/logflow-mappings", 503, false)]
    [InlineData("PUT /_component_template/logflow-settings", 500, false)]
    [InlineData("PUT /_index_template/logflow", 503, false)]
    [InlineData("PUT /_index_template/logflow", 403, true)]
    [InlineData("PUT /_index_template/logflow", 400, true)]
    public async Task Step_ThatFails_IsNotDoneUntilItWorks(string step, int status, bool needsOperator)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Script = line => line == step ? (status, """{"error":{"type":"t","reason":"r"}}""") : null;

        var failed = await EnsureAsync(server);
        server.Script = _ => null;

        Assert.False(failed.IsDone);
        Assert.Equal(needsOperator, failed.NeedsOperator);
        Assert.Contains(step, failed.Problem);
        Assert.Equal(new SetupResult(true), await EnsureAsync(server));
        Assert.Equal(["logflow"], server.Templates.Keys);
    }

    [Fact]
    public async Task Policy_Refused_IsDoneWithout()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Script = line => line.StartsWith("PUT /_ilm", StringComparison.Ordinal) ? (403, "{}") : null;

        Assert.Equal(new SetupResult(true), await EnsureAsync(server));
    }

    [Theory]
    [InlineData("GET /")]
    [InlineData("GET /_index_template/logflow")]
    public async Task Credentials_ThatMayNotLook_LeaveItToOthers(string step)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Script = line => line == step ? (403, "{}") : null;

        Assert.Equal(new SetupResult(true), await EnsureAsync(server));
        Assert.Empty(server.Templates);
    }

    [Fact]
    public async Task Answer_ThatIsNoElasticsearch_IsNotDone()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Script = line => line == "GET /" ? (200, "<html>welcome</html>") : null;

        Assert.False((await EnsureAsync(server)).IsDone);
    }

    private static async Task<SetupResult> EnsureAsync(FakeElasticsearch server)
    {
        await using var connection = new ElasticsearchConnection(Some.Options(server.Url));
        return await new IndexSetup(connection, NullLogger.Instance).EnsureAsync("logs-a-b", default);
    }
}
