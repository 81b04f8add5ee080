using System.Net;
using System.Text;

namespace LogFlow.WebConsole.Tests;

/// <summary>What a page of another origin, and a name that is not ours, get.</summary>
public class SecurityTests
{
    [Fact]
    public async Task ForeignHost_IsMisdirected()
    {
        await using var run = await ConsoleRun.StartAsync();
        foreach (var path in (string[])["/", "/api/health", "/a/x/app.mjs"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, run.Url + path);
            request.Headers.Host = "evil.example";
            using var response = await run.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
        }
    }

    [Fact]
    public async Task ForeignOriginOrForm_IsRefused()
    {
        await using var run = await ConsoleRun.StartAsync();
        using var foreign = Search(run, "application/json");
        foreign.Headers.Add("Origin", "http://evil.example");
        using var refused = await run.Http.SendAsync(foreign);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        using var form = Search(run, "text/plain");
        using var notJson = await run.Http.SendAsync(form);
        Assert.Equal(HttpStatusCode.NotAcceptable, notJson.StatusCode);
    }

    [Fact]
    public async Task Page_AllowsOnlyItsOwnScripts()
    {
        await using var run = await ConsoleRun.StartAsync();
        using var response = await run.Http.GetAsync(new Uri(run.Url));
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        var html = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("<style", html);
        Assert.DoesNotContain("{assets}", html);
    }

    [Fact]
    public async Task Files_AreKeptForEver_AndAnOldNameIsNot()
    {
        await using var run = await ConsoleRun.StartAsync();
        var html = await run.Http.GetStringAsync(new Uri(run.Url));
        var start = html.IndexOf("/a/", StringComparison.Ordinal);
        var folder = html[start..html.IndexOf('/', start + 3)];
        using var current = await run.Http.GetAsync(new Uri($"{run.Url}{folder}/app.mjs"));
        Assert.Contains("immutable", current.Headers.CacheControl!.ToString());
        using var old = await run.Http.GetAsync(new Uri($"{run.Url}/a/0123456789abcdef/app.mjs"));
        Assert.Equal("no-store", old.Headers.CacheControl!.ToString());
        using var missing = await run.Http.GetAsync(new Uri($"{run.Url}{folder}/nothing.mjs"));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public void Files_StayWithinTheirBudgets()
    {
        var assets = WebAssets.Load();
        var all = assets.Files.Append(assets.Page).ToArray();
        Assert.InRange(all.Sum(file => file.Content.Length), 1, 150_000);
        Assert.InRange(all.Sum(file => file.Brotli.Length), 1, 45_000);
        foreach (var file in all)
        {
            // Sinks that take text for markup or code; the policy refuses them, too.
            var text = Encoding.UTF8.GetString(file.Content);
            foreach (var sink in (string[])["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function"])
            {
                Assert.DoesNotContain(sink, text, StringComparison.Ordinal);
            }
        }
    }

    private static HttpRequestMessage Search(ConsoleRun run, string type) =>
        new(HttpMethod.Post, run.Url + "/api/search") { Content = new StringContent("{}", Encoding.UTF8, type) };
}
