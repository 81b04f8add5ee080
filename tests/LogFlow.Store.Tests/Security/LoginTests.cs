using System.Net;
using System.Text.Json.Nodes;

namespace LogFlow.Store.Tests;

/// <summary>Who is let in, and what the others are told.</summary>
public sealed class LoginTests
{
    private const string NewUser = """{"password":"new password","roles":["admin"]}""";

    [Fact]
    public async Task StoreWithoutUsers_AsksForNoLogin()
    {
        await using var store = await SecureStore.StartAsync(config => config.SecurityInitialUsers = []);

        Assert.Equal(HttpStatusCode.OK, (await store.SendAsync("GET /_search")).Status);
        var self = await store.SendAsync("GET /_security/_authenticate", login: SecureStore.Basic("any", "thing"));
        Assert.Equal("_anonymous", self.Body!["username"]!.ToString());
    }

    /// <summary>Else any process of the machine could make one, and so lock the others out.</summary>
    [Fact]
    public async Task FirstUser_IsMadeByTheFoldersOwnerAlone_AndLoginsAreAskedForFromThen()
    {
        await using var store = await SecureStore.StartAsync(config => config.SecurityInitialUsers = []);
        var owner = (StoreService.OwnerHeader, await File.ReadAllTextAsync(
            Path.Combine(store.Directory, StoreService.OwnerFile)));

        var refused = await store.SendAsync("PUT /_security/user/mallory", NewUser);
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("logflow store users set", refused.Reason, StringComparison.Ordinal);
        Assert.False(store.Service.AsksForLogins);

        var made = await store.SendAsync("PUT /_security/user/bob", NewUser, header: owner);
        Assert.True(made.Body!["created"]!.GetValue<bool>());
        Assert.Equal(HttpStatusCode.Unauthorized, (await store.SendAsync("GET /_search")).Status);
        Assert.Equal(HttpStatusCode.OK, (await store.SendAsync("GET /_search", header: owner)).Status);
        await store.DoAsync("GET /_search", login: SecureStore.Basic("bob", "new password"));
    }

    [Fact]
    public async Task NoLogin_Is401_InElasticsearchsShape()
    {
        await using var store = await SecureStore.StartAsync();

        var answer = await store.SendAsync("GET /_cluster/health");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Equal(
            ["Basic realm=\"security\", charset=\"UTF-8\"", "ApiKey"],
            answer.Headers.WwwAuthenticate.Select(static challenge => challenge.ToString()));
        var cause = JsonNode.Parse("""
            {
                "type": "security_exception",
                "reason": "missing authentication credentials for REST request [/_cluster/health]",
                "header": {"WWW-Authenticate": ["Basic realm=\"security\", charset=\"UTF-8\"", "ApiKey"]}
            }
            """)!.AsObject();
        var expected = new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["root_cause"] = new JsonArray(cause.DeepClone()),
                ["type"] = cause["type"]!.DeepClone(),
                ["reason"] = cause["reason"]!.DeepClone(),
                ["header"] = cause["header"]!.DeepClone(),
            },
            ["status"] = 401,
        };
        Assert.True(JsonNode.DeepEquals(expected, answer.Body), answer.Body!.ToJsonString());
        Assert.Equal("Elasticsearch", answer.Headers.GetValues("X-Elastic-Product").Single());
    }

    [Theory]
    [InlineData(SecureStore.Admin, "wrong", "unable to authenticate user [alice] for REST request [/_search]")]
    [InlineData("nobody", SecureStore.Password, "unable to authenticate user [nobody] for REST request [/_search]")]
    public async Task WrongPassword_AndUnknownUser_LookAlike(string user, string password, string reason)
    {
        await using var store = await SecureStore.StartAsync();

        var answer = await store.SendAsync("GET /_search", login: SecureStore.Basic(user, password));

        Assert.Equal((HttpStatusCode.Unauthorized, reason), (answer.Status, answer.Reason));
        Assert.Equal(1, store.Service.Gate.Logins.HashedCount);
    }

    [Theory]
    [InlineData("Basic ")]
    [InlineData("Basic !!!")]
    [InlineData("Basic bm9jb2xvbg==")]
    [InlineData("Bearer abc")]
    [InlineData("ApiKey bm9jb2xvbg==")]
    [InlineData("nonsense")]
    public async Task LoginThatCannotBeRead_Is401_AndCostsNoHash(string login)
    {
        await using var store = await SecureStore.StartAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, (await store.SendAsync("GET /_search", login: login)).Status);
        Assert.Equal(0, store.Service.Gate.Logins.HashedCount);
    }

    [Fact]
    public async Task RightPassword_IsHashedOnce_AndForgottenWhenItChanges()
    {
        await using var store = await SecureStore.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await store.DoAsync("GET /_search");
        }

        Assert.Equal(1, store.Service.Gate.Logins.HashedCount);
        await store.DoAsync("POST /_security/user/_password", """{"password":"another one"}""");

        Assert.Equal(
            HttpStatusCode.Unauthorized, (await store.SendAsync("GET /_search", login: SecureStore.AsAdmin)).Status);
        await store.DoAsync("GET /_search", login: SecureStore.Basic(SecureStore.Admin, "another one"));
    }

    /// <summary>Guesses are cheap here (API keys), so that the machine's speed does not matter.</summary>
    [Fact]
    public async Task TooManyFailures_Are429_WhileWhoIsRightGoesOn()
    {
        await using var store = await SecureStore.StartAsync();
        var key = await store.MakeKeyAsync("agent");
        var statuses = new List<HttpStatusCode>();
        SecureAnswer answer;
        do
        {
            answer = await store.SendAsync("GET /_search", login: "ApiKey " + Convert.ToBase64String("a:b"u8));
            statuses.Add(answer.Status);
        }
        while (answer.Status == HttpStatusCode.Unauthorized && statuses.Count < 1000);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status);
        Assert.Equal("1", answer.Headers.RetryAfter!.ToString());
        Assert.True(statuses.Count > FailureThrottle.Burst, $"only {statuses.Count} were let through");
        Assert.Equal(HttpStatusCode.OK, (await store.SendAsync("GET /_search", login: key)).Status);
        await store.DoAsync("GET /_search");
    }

    [Fact]
    public async Task Processor_WritesByItsSecret_AndReadsNothing()
    {
        await using var store = await SecureStore.StartAsync();
        var secret = (StoreService.SecretHeader, store.Service.Secret!);

        Assert.Equal(HttpStatusCode.OK, (await store.SendAsync("GET /_logflow/positions", header: secret)).Status);
        var bulk = await store.SendAsync("POST /_bulk", SecureStore.Line("logs-a-b"), header: secret);
        Assert.Equal((HttpStatusCode.OK, "false"), (bulk.Status, bulk.Body!["errors"]!.ToJsonString()));
        Assert.Equal(HttpStatusCode.Forbidden, (await store.SendAsync("GET /_search", header: secret)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await store.SendAsync("GET /_security/user", header: secret)).Status);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await store.SendAsync("GET /_search", header: (StoreService.SecretHeader, "guess"))).Status);
    }

    [Fact]
    public async Task SecurityOff_AsksForNoLogin_AndHasNoUsers()
    {
        await using var store = await SecureStore.StartAsync(config => config.SecurityEnabled = false);

        Assert.Equal(HttpStatusCode.OK, (await store.SendAsync("GET /_search")).Status);
        var refused = await store.SendAsync("GET /_security/user");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("security.enabled is false", refused.Reason, StringComparison.Ordinal);
    }

    /// <summary>Where others can connect, the end of the last user is no invitation.</summary>
    [Fact]
    public async Task SecurityOn_LastUserDeleted_StaysClosed()
    {
        await using var store = await SecureStore.StartAsync(config => config.SecurityEnabled = true);

        await store.DoAsync($"DELETE /_security/user/{SecureStore.Admin}");

        Assert.Equal(HttpStatusCode.Unauthorized, (await store.SendAsync("GET /_search")).Status);
    }
}
