using System.Net;
using System.Text.Json.Nodes;

namespace LogFlow.Store.Tests;

/// <summary>Marks of what a query asked for, as Grafana and Kibana show them.</summary>
public sealed class HighlightTests
{
    [Theory]
    [InlineData("""{"match":{"message":"refused"}}""", "connection <em>refused</em> by web01")]
    [InlineData("""{"match_phrase":{"message":"connection refused"}}""", "<em>connection refused</em> by web01")]
    [InlineData("""{"query_string":{"query":"REFUSED OR web0*"}}""", "connection <em>refused</em> by <em>web01</em>")]
    [InlineData("""{"bool":{"must":{"match":{"message":"by"}},"must_not":{"match":{"message":"other"}}}}""",
        "connection refused <em>by</em> web01")]
    [InlineData("""{"term":{"host.name":"web01"}}""", null)]
    [InlineData("""{"match_all":{}}""", null)]
    public async Task Message_IsMarkedByTheQuery(string query, string? expected)
    {
        await using var store = await StartAsync();
        var hit = await FirstAsync(store, query, """{"fields":{"message":{}}}""");
        Assert.Equal(expected, (string?)hit["highlight"]?["message"]?[0]);
    }

    [Fact]
    public async Task Grafana_TagsAndPattern_MarkKeywordsWhole()
    {
        await using var store = await StartAsync();
        var hit = await FirstAsync(store, """{"query_string":{"query":"host.name:web* AND message:by"}}""",
            """
            {"fields":{"*":{}},"pre_tags":["@HIGHLIGHT@"],"post_tags":["@/HIGHLIGHT@"],"fragment_size":2147483647}
            """);
        Assert.Equal("@HIGHLIGHT@web01@/HIGHLIGHT@", (string?)hit["highlight"]!["host.name"]![0]);
        Assert.Equal(
            "connection refused @HIGHLIGHT@by@/HIGHLIGHT@ web01", (string?)hit["highlight"]!["message"]![0]);
    }

    [Fact]
    public async Task LongText_IsCutIntoFragments()
    {
        var text = string.Join(' ', Enumerable.Repeat("filler words here", 40)) + ". The error is ours. "
            + string.Join(' ', Enumerable.Repeat("More of it", 40)) + " error at the end";
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(Document(text));
        var hit = await FirstAsync(store, """{"match":{"message":"error"}}""", """{"fields":[{"message":{}}]}""");
        var fragments = hit["highlight"]!["message"]!.AsArray().Select(item => (string)item!).ToArray();
        Assert.Equal("The <em>error</em> is ours.", fragments[0]);
        Assert.Contains("<em>error</em> at the end", fragments[1]);
        Assert.All(fragments, fragment => Assert.InRange(fragment.Length, 1, 130));
        hit = await FirstAsync(store, """{"match":{"message":"error"}}""",
            """{"number_of_fragments":0,"fields":{"message":{}}}""");
        Assert.Equal(text.Replace("error", "<em>error</em>"), (string?)hit["highlight"]!["message"]![0]);
    }

    [Fact]
    public async Task HtmlEncoder_EscapesTheText_AndUnknownOptionsAreNamed()
    {
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(Document("<b>käse</b> error"));
        var hit = await FirstAsync(store, """{"match":{"message":"error"}}""",
            """{"encoder":"html","fields":{"message":{}}}""");
        Assert.StartsWith("&lt;b&gt;", (string?)hit["highlight"]!["message"]![0]);
        var refused = await store.SendAsync(HttpMethod.Post, "/logs-*/_search",
            """{"highlight":{"fields":{"message":{"matched_fields":["a"]}}}}""", HttpStatusCode.BadRequest);
        Assert.Contains("matched_fields", refused["error"]!["reason"]!.GetValue<string>());
    }

    private static async Task<JsonNode> FirstAsync(TestStore store, string query, string highlight)
    {
        var answer = await store.SearchAsync($$"""{"query":{{query}},"highlight":{{highlight}}}""");
        return answer["hits"]!["hits"]![0]!;
    }

    private static async Task<TestStore> StartAsync()
    {
        var store = await TestStore.StartAsync();
        await store.AddAsync(Document("connection refused by web01"));
        return store;
    }

    private static string Document(string message) => new JsonObject
    {
        ["@timestamp"] = "2025-11-20T00:00:00Z",
        ["message"] = message,
        ["host"] = new JsonObject { ["name"] = "web01" },
    }.ToJsonString();
}
