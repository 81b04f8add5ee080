using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Store;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Appliance.Tests;

/// <summary>What an alert counts in a real store.</summary>
public sealed class AlertQueryTests : IDisposable
{
    private static readonly DateTimeOffset Due = new(2026, 1, 2, 3, 4, 15, TimeSpan.Zero);

    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_CountsTheWindowAlone_AndShowsTheNewestLines()
    {
        using var meters = new CountingMeters();
        await using var store = new StoreService(
            new StoreConfig { PathData = _folder.Path, HttpPort = 0, DiskFreeMin = default, RetentionDays = 0 },
            NullLoggerFactory.Instance, meters, TimeProvider.System);
        await store.StartAsync(CancellationToken.None);
        using var client = new SearchClient(
            store.InnerAddress, new ServerAccess { Secret = store.OwnerSecret }, "the query", isTool: false);
        var body = new StringBuilder();
        for (var second = -400; second < 60; second++)
        {
            var time = Due.AddSeconds(second);
            var document = new JsonObject
            {
                ["@timestamp"] = time.ToString("O"),
                ["message"] = $"second {second}",
                ["log.level"] = second % 2 == 0 ? "error" : "info",
            };
            body.Append("{\"create\":{}}\n").Append(document.ToJsonString()).Append('\n');
        }

        using var http = new HttpClient();
        using var content = new StringContent(body.ToString(), Encoding.UTF8, "application/x-ndjson");
        using var response = await http.PostAsync(
            new Uri($"http://127.0.0.1:{store.Port}/logs-a-b/_bulk"), content);
        Assert.Contains("\"errors\":false", await response.Content.ReadAsStringAsync());

        var rule = AlertRule.Of(new AlertConfig { Name = "a", Query = "log.level:error", Above = 1 });
        var found = await new AlertQuery(client).RunAsync(rule, Due, CancellationToken.None);
        Assert.Equal(150, found.Count);
        Assert.Equal(Due.AddSeconds(-15), found.To);
        Assert.Equal(5, found.Lines.Count);
        Assert.EndsWith("second -16", found.Lines[0]);
        Assert.Equal(300, (await new AlertQuery(client).RunAsync(rule with { Query = "" }, Due, default)).Count);

        var refused = await Assert.ThrowsAsync<StartupException>(
            () => new AlertQuery(client).RunAsync(rule with { Query = "a AND (" }, Due, CancellationToken.None));
        Assert.Contains("the query was refused (400)", refused.Message);
        await store.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("""{"timed_out":true,"hits":{"total":{"value":1},"hits":[]}}""", "has not counted all")]
    [InlineData("""{"_shards":{"failed":1},"hits":{"total":{"value":1},"hits":[]}}""", "has not counted all")]
    [InlineData("""{"hello":"world"}""", "did not answer as an Elasticsearch does")]
    [InlineData("""{"hits":{"total":{"value":"many"},"hits":[]}}""", "did not answer as an Elasticsearch does")]
    public async Task Run_AnswerThatIsNoCount_ConcludesNothing(string answer, string expected)
    {
        await using var server = await LoopbackServer.StartAsync(
            context => LoopbackServer.AnswerAsync(context, 200, answer));
        using var client = new SearchClient(server.Url, ServerAccess.None, isTool: false);
        var rule = AlertRule.Of(new AlertConfig { Name = "a", Below = 1 });
        var error = await Assert.ThrowsAsync<StartupException>(
            () => new AlertQuery(client).RunAsync(rule, Due, CancellationToken.None));
        Assert.Contains(expected, error.Message);
    }
}
