using System.Net;
using System.Text.Json.Nodes;

namespace LogFlow.Store.Tests;

/// <summary>What somebody may touch: the rest is 403 where it is named, and left out of what a pattern finds.</summary>
public sealed class AccessTests
{
    private const string ReadsA = """[{"names":["logs-a-*"],"privileges":["read","view_index_metadata"]}]""";
    private const string WritesA = """[{"names":"logs-a-*","privileges":["create_doc","auto_configure"]}]""";

    [Fact]
    public async Task Reader_OfAPattern_FindsNothingElse()
    {
        await using var store = await SecureStore.StartAsync();
        await store.AddAsync("logs-a-one", "logs-a-two", "logs-b-one");
        var key = await store.MakeKeyAsync("reader", ReadsA);

        foreach (var path in (string[])["/_search", "/_all/_search", "/logs-*/_search", "/*/_search"])
        {
            Assert.Equal(["logs-a-one", "logs-a-two"], await IndicesAsync(store, path, key));
        }

        Assert.Equal(
            "2", (await store.DoAsync("GET /logs-*/_count", login: key))["count"]!.ToJsonString());
        Assert.Equal(
            ["logs-a-one"],
            await IndicesAsync(store, "/logs-a-one,logs-b-one/_search?ignore_unavailable=true", key));
        var caps = await store.DoAsync("GET /_field_caps?fields=*", login: key);
        Assert.Equal("""["logs-a-one","logs-a-two"]""", caps["indices"]!.ToJsonString());
        var listed = await store.DoAsync("GET /_cat/indices?format=json", login: key);
        Assert.Equal(
            ["logs-a-one", "logs-a-two"], listed.AsArray().Select(static row => row!["index"]!.ToString()));
        var streams = await store.DoAsync("GET /_data_stream", login: key);
        Assert.Equal(2, streams["data_streams"]!.AsArray().Count);
        var mapped = await store.DoAsync("GET /_mapping", login: key);
        Assert.Equal(2, mapped.AsObject().Count);
    }

    [Fact]
    public async Task Reader_WhoNamesAnotherIndex_Is403_WhetherItIsThereOrNot()
    {
        await using var store = await SecureStore.StartAsync();
        await store.AddAsync("logs-a-one", "logs-b-one");
        var key = await store.MakeKeyAsync("reader", ReadsA);

        foreach (var line in (string[])
            [
                "GET /logs-b-one/_search", "GET /logs-none/_search", "GET /logs-a-one,logs-b-one/_count",
                "GET /logs-b-one/_mapping", "GET /logs-b-one/_field_caps", "GET /logs-b-one/_doc/seq-1",
                "GET /logs-b-one/_source/seq-1", "GET /logs-b-one", "GET /_data_stream/logs-b-one",
                "GET /_cat/indices/logs-b-one", "GET /logs-b-one/_refresh",
            ])
        {
            var answer = await store.SendAsync(line, login: key);
            Assert.True(answer.Status == HttpStatusCode.Forbidden, $"{line}: {answer.Status}");
            Assert.Equal("security_exception", answer.Body!["error"]!["type"]!.ToString());
            Assert.Matches(
                @"^action \[indices:\S+\] is unauthorized for API key id \[\S+\] of user \[alice\] on indices "
                + @"\[logs-\S+\], this action is granted by the index privileges \[\S+\]$",
                answer.Reason);
        }

        var many = await store.DoAsync(
            "POST /_msearch", "{\"index\":\"logs-b-one\"}\n{}\n{\"index\":\"logs-*\"}\n{}\n", key);
        Assert.Equal(
            ["403", "200"], many["responses"]!.AsArray().Select(static one => one!["status"]!.ToJsonString()));
    }

    [Fact]
    public async Task Reader_WritesNothing()
    {
        await using var store = await SecureStore.StartAsync();
        var key = await store.MakeKeyAsync("reader", ReadsA);

        foreach (var (line, body) in ((string, string)[])
            [
                ("POST /_bulk", SecureStore.Line("logs-a-one")),
                ("PUT /_index_template/t", """{"index_patterns":["x"]}"""),
                ("PUT /_security/user/me", """{"password":"secret1"}"""),
                ("POST /_security/api_key", """{"name":"more"}"""),
                ("DELETE /_security/api_key", """{"name":"*"}"""),
            ])
        {
            var answer = await store.SendAsync(line, body, key);
            Assert.True(answer.Status == HttpStatusCode.Forbidden, $"{line}: {answer.Status}");
        }

        Assert.Equal(0, store.Service.GetStatus().DocumentCount);
    }

    [Fact]
    public async Task Writer_OfAPattern_WritesThereOnly_AndReadsNothing()
    {
        await using var store = await SecureStore.StartAsync();
        var key = await store.MakeKeyAsync("writer", WritesA);

        var bulk = await store.DoAsync(
            "POST /_bulk",
            SecureStore.Line("logs-a-one") + SecureStore.Line("logs-b-one") + SecureStore.Line("logs-a-two"),
            key);

        Assert.Equal([201, 403, 201], TestStore.Statuses(bulk));
        var error = bulk["items"]![1]!["create"]!["error"]!;
        Assert.Equal("security_exception", error["type"]!.ToString());
        Assert.Contains("on indices [logs-b-one]", error["reason"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, store.Service.GetStatus().DocumentCount);
        Assert.Equal(HttpStatusCode.Forbidden, (await store.SendAsync("GET /logs-a-one/_search", login: key)).Status);

        // What senders ask before they begin.
        await store.DoAsync("GET /", login: key);
        await store.DoAsync("GET /_data_stream/logs-a-one", login: key);
        await store.DoAsync("PUT /_index_template/t", """{"index_patterns":["x"]}""", key);
        Assert.Equal(
            HttpStatusCode.Forbidden, (await store.SendAsync("DELETE /_index_template/t", login: key)).Status);
    }

    [Theory]
    [InlineData("read", 200, 403, 403)]
    [InlineData("write", 403, 200, 403)]
    [InlineData("read:logs-a-*", 200, 403, 403)]
    [InlineData("admin:logs-a-*", 200, 200, 403)]
    [InlineData("admin", 200, 200, 200)]
    [InlineData("superuser", 200, 200, 200)]
    public async Task Role_SaysWhatAUserMay(string role, int search, int bulk, int users)
    {
        await using var store = await SecureStore.StartAsync();
        await store.AddAsync("logs-a-one");
        await store.DoAsync(
            "PUT /_security/user/bob", new JsonObject
            {
                ["password"] = "bob's password",
                ["roles"] = new JsonArray(role),
            }.ToJsonString());
        var bob = SecureStore.Basic("bob", "bob's password");

        Assert.Equal(search, (int)(await store.SendAsync("GET /logs-a-one/_search", login: bob)).Status);
        Assert.Equal(bulk, (int)(await store.SendAsync("POST /_bulk", SecureStore.Line("logs-a-one"), bob)).Status);
        Assert.Equal(users, (int)(await store.SendAsync("GET /_security/user", login: bob)).Status);
        Assert.Equal(
            role,
            (await store.DoAsync("GET /_security/_authenticate", login: bob))["roles"]!.AsArray().Single()!.ToString());
    }

    private static async Task<IEnumerable<string>> IndicesAsync(SecureStore store, string path, string login)
    {
        var answer = await store.DoAsync($"GET {path}", login: login);
        return answer["hits"]!["hits"]!.AsArray()
            .Select(static hit => hit!["_index"]!.ToString()).Order(StringComparer.Ordinal);
    }
}
