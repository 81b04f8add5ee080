using System.Net;
using System.Text;

namespace LogFlow.Store.Tests;

/// <summary>What web pages and their names get from the store: nothing.</summary>
public sealed class RequestGuardTests
{
    private const string Bulk = "{\"create\":{}}\n{\"@timestamp\":\"2025-11-20T10:00:00Z\",\"message\":\"m\"}\n";

    [Theory]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:9200", 200)]
    [InlineData("LOCALHOST:9200", 200)]
    [InlineData("store:9200", 200)]
    [InlineData("logs.example.org", 200)]
    [InlineData("evil.example", 421)]
    [InlineData("127.0.0.1.evil.example:9200", 421)]
    public async Task Host_ThatIsNotOurs_Is421(string host, int expected)
    {
        await using var store = await TestStore.StartAsync(
            configure: config => config.HttpAllowedHosts = ["logs.example.org"]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/_search");
        request.Headers.Host = host;
        using var response = await store.Http.SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("Elasticsearch", response.Headers.GetValues("X-Elastic-Product").Single());
    }

    [Theory]
    [InlineData("http://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("https://127.0.0.1", 403)]
    [InlineData(null, 200)]
    [InlineData("own", 200)]
    public async Task Origin_OfAnotherPage_Is403(string? origin, int expected)
    {
        await using var store = await TestStore.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/logs-a-b/_bulk");
        request.Content = new StringContent(Bulk, Encoding.UTF8, "application/json");
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin == "own" ? $"http://127.0.0.1:{store.Service.Port}" : origin);
        }

        using var response = await store.Http.SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(expected == 200 ? 1 : 0, store.Service.GetStatus().DocumentCount);
    }

    [Theory]
    [InlineData("application/json", 200)]
    [InlineData("application/x-ndjson; charset=utf-8", 200)]
    [InlineData("application/vnd.elasticsearch+x-ndjson; compatible-with=8", 200)]
    [InlineData("application/vnd.elasticsearch+json;compatible-with=9", 200)]
    [InlineData("text/plain", 406)]
    [InlineData("application/x-www-form-urlencoded", 406)]
    [InlineData(null, 406)]
    public async Task Body_ThatIsNotSaidToBeJson_Is406(string? type, int expected)
    {
        await using var store = await TestStore.StartAsync();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Bulk));
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using var response = await store.Http.PostAsync(new Uri("/logs-a-b/_bulk", UriKind.Relative), content);
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(expected == 200 ? 1 : 0, store.Service.GetStatus().DocumentCount);
    }

    [Fact]
    public async Task Request_WithoutBody_NeedsNoType()
    {
        await using var store = await TestStore.StartAsync();
        using var response = await store.Http.PostAsync(new Uri("/_refresh", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
