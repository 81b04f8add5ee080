using System.Net;
using System.Text.Json.Nodes;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Store.Tests;

/// <summary>Users and API keys by Elasticsearch's API.</summary>
public sealed class UserAndKeyTests
{
    [Fact]
    public async Task Key_IsShownOnce_AndSaysWhoItIs()
    {
        await using var store = await SecureStore.StartAsync();

        var made = await store.DoAsync(
            "PUT /_security/api_key", """{"name":"agent","expiration":"1d","metadata":{"host":"web1"}}""");

        var (id, secret) = (made["id"]!.ToString(), made["api_key"]!.ToString());
        var decoded = System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(made["encoded"]!.ToString()));
        Assert.Equal(($"{id}:{secret}", "agent"), (decoded, made["name"]!.ToString()));
        Assert.True(secret.Length >= 22, "128 bits");
        var self = await store.DoAsync("GET /_security/_authenticate", login: $"ApiKey {made["encoded"]}");
        Assert.Equal(
            (SecureStore.Admin, "api_key", id),
            (self["username"]!.ToString(), self["authentication_type"]!.ToString(),
                self["api_key"]!["id"]!.ToString()));
        var listed = (await store.DoAsync($"GET /_security/api_key?id={id}"))["api_keys"]!.AsArray().Single()!;
        Assert.Equal(86_400_000, listed["expiration"]!.GetValue<long>() - listed["creation"]!.GetValue<long>());
        Assert.Equal("""{"host":"web1"}""", listed["metadata"]!.ToJsonString());
        Assert.DoesNotContain(secret, listed.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await store.SendAsync(
            "GET /_security/api_key?id=none", login: SecureStore.AsAdmin)).Status);
    }

    [Fact]
    public async Task Key_Withdrawn_OpensNothing_AlsoAfterARestart()
    {
        using var folder = new TempDirectory();
        string gone;
        string kept;
        await using (var store = await SecureStore.StartAsync(directory: folder.Path))
        {
            (gone, kept) = (await store.MakeKeyAsync("gone"), await store.MakeKeyAsync("kept"));
            var first = await store.DoAsync("DELETE /_security/api_key", """{"name":"gon*"}""");
            Assert.Single(first["invalidated_api_keys"]!.AsArray());
            var again = await store.DoAsync("DELETE /_security/api_key", """{"name":"gon*"}""");
            Assert.Empty(again["invalidated_api_keys"]!.AsArray());
            Assert.Single(again["previously_invalidated_api_keys"]!.AsArray());
            Assert.Equal(HttpStatusCode.Unauthorized, (await store.SendAsync("GET /", login: gone)).Status);
        }

        await using var restarted = await SecureStore.StartAsync(
            config => config.SecurityInitialUsers = [], folder.Path);
        Assert.Equal(HttpStatusCode.Unauthorized, (await restarted.SendAsync("GET /", login: gone)).Status);
        await restarted.DoAsync("GET /", login: kept);
        await restarted.DoAsync("GET /_security/user");
    }

    [Fact]
    public async Task Key_Ended_OpensNothing()
    {
        await using var store = await SecureStore.StartAsync();
        var made = await store.DoAsync("POST /_security/api_key", """{"name":"short","expiration":"1ms"}""");

        await Eventually.TrueAsync(
            async () => (await store.SendAsync("GET /", login: $"ApiKey {made["encoded"]}")).Status
                is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests,
            "the key has ended");
    }

    [Theory]
    [InlineData("""{}""", "api key name is required")]
    [InlineData("""{"name":"_a"}""", "may not begin with [_]")]
    [InlineData("""{"name":"a","expiration":"soon"}""", "failed to parse setting [expiration]")]
    [InlineData("""{"name":"a","what":1}""", "[what] of an API key")]
    [InlineData("""{"name":"a","role_descriptors":{"r":{"cluster":["fly"]}}}""", "unknown cluster privilege [fly]")]
    [InlineData("""{"name":"a","role_descriptors":{"r":{"run_as":["bob"]}}}""", "[run_as] of the role descriptor")]
    [InlineData(
        """{"name":"a","role_descriptors":{"r":{"indices":[{"names":["l"],"privileges":["fly"]}]}}}""",
        "unknown index privilege [fly]")]
    [InlineData(
        """{"name":"a","role_descriptors":{"r":{"indices":[{"names":["l"],"privileges":["read"],"query":"{}"}]}}}""",
        "[query] of the indices")]
    [InlineData(
        """{"name":"a","role_descriptors":{"r":{"indices":[{"names":["/l.*/"],"privileges":["read"]}]}}}""",
        "[/l.*/] is no pattern")]
    public async Task Key_ThatWouldNotBeWhatItSays_Is400(string body, string reason)
    {
        await using var store = await SecureStore.StartAsync();

        var answer = await store.SendAsync("POST /_security/api_key", body, SecureStore.AsAdmin);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(reason, answer.Reason, StringComparison.Ordinal);
        Assert.Empty((await store.DoAsync("GET /_security/api_key"))["api_keys"]!.AsArray());
    }

    [Fact]
    public async Task User_IsMadeChangedDisabledAndDeleted()
    {
        await using var store = await SecureStore.StartAsync();
        const string Path = "/_security/user/bob";
        var bob = SecureStore.Basic("bob", "bob's password");

        var made = await store.DoAsync(
            $"POST {Path}", """{"password":"bob's password","roles":["read"],"full_name":"Bob"}""");
        Assert.True(made["created"]!.GetValue<bool>());
        var changed = await store.DoAsync($"PUT {Path}", """{"roles":["read","write:logs-*"]}""");
        Assert.False(changed["created"]!.GetValue<bool>());
        var expected = JsonNode.Parse("""
            {"bob":{"username":"bob","roles":["read","write:logs-*"],"full_name":"Bob","email":null,"metadata":{},
            "enabled":true}}
            """);
        var shown = await store.DoAsync($"GET {Path}");
        Assert.True(JsonNode.DeepEquals(expected, shown), shown.ToJsonString());
        await store.DoAsync("GET /", login: bob);

        await store.DoAsync($"PUT {Path}/_disable");
        Assert.Equal(HttpStatusCode.Unauthorized, (await store.SendAsync("GET /", login: bob)).Status);
        await store.DoAsync($"PUT {Path}/_enable");
        await store.DoAsync("GET /", login: bob);
        Assert.True((await store.DoAsync($"DELETE {Path}"))["found"]!.GetValue<bool>());
        Assert.Equal(HttpStatusCode.Unauthorized, (await store.SendAsync("GET /", login: bob)).Status);
        var missing = await store.SendAsync($"DELETE {Path}", login: SecureStore.AsAdmin);
        Assert.Equal((HttpStatusCode.NotFound, "{\"found\":false}"), (missing.Status, missing.Body!.ToJsonString()));
        Assert.Equal(
            HttpStatusCode.NotFound, (await store.SendAsync($"GET {Path}", login: SecureStore.AsAdmin)).Status);
    }

    [Theory]
    [InlineData("bob", """{"roles":["read"]}""", "password must be specified unless you are updating")]
    [InlineData("bob", """{"password":"short"}""", "passwords must be at least [6] characters long")]
    [InlineData("bob", """{"password":"long enough","roles":["wizard"]}""", "unknown role [wizard]")]
    [InlineData("bob", """{"password":"long enough","password_hash":"x"}""", "[password_hash] of a user")]
    [InlineData("a:b", """{"password":"long enough"}""", "User names must be")]
    [InlineData("_x", """{"password":"long enough"}""", "User names must be")]
    public async Task User_ThatCannotBe_Is400(string name, string body, string reason)
    {
        await using var store = await SecureStore.StartAsync();

        var answer = await store.SendAsync($"PUT /_security/user/{name}", body, SecureStore.AsAdmin);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(reason, answer.Reason, StringComparison.Ordinal);
        Assert.Single((await store.DoAsync("GET /_security/user")).AsObject());
    }

    /// <summary>Nothing that opens the store is in a file, a line of the log or an answer.</summary>
    [Fact]
    public async Task Secrets_AreNowhere()
    {
        var logs = new CollectingLogs(LogLevel.Trace);
        await using var store = await SecureStore.StartAsync(logs: logs);
        var made = await store.DoAsync("POST /_security/api_key", """{"name":"agent"}""");
        await store.DoAsync("PUT /_security/user/bob", """{"password":"bob's password","roles":["read"]}""");
        string[] secrets =
            [SecureStore.Password, "bob's password", "a wrong guess", made["api_key"]!.ToString(),
                made["encoded"]!.ToString()];
        var answers = new List<string?>();
        foreach (var login in (string[])
            [
                SecureStore.AsAdmin, SecureStore.Basic(SecureStore.Admin, "a wrong guess"),
                SecureStore.Basic("a wrong guess", "x"), $"ApiKey {made["encoded"]}",
            ])
        {
            foreach (var line in (string[])["GET /_security/user", "GET /_security/api_key", "GET /_nodes/stats"])
            {
                answers.Add((await store.SendAsync(line, login: login)).Body?.ToJsonString());
            }
        }

        var files = Directory.GetFiles(store.Directory, "*", SearchOption.AllDirectories)
            .Where(static path => !path.EndsWith(".lock", StringComparison.Ordinal)).Select(File.ReadAllText);
        var wrongName = answers.RemoveAll(static text => text!.Contains("user [a wrong guess]"));
        Assert.Equal(3, wrongName); // Its own sender is told the name that it gave.
        foreach (var text in files.Concat(answers).Concat(logs.Lines.Select(static line => line.Message)))
        {
            foreach (var secret in secrets)
            {
                Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            }
        }
    }
}
