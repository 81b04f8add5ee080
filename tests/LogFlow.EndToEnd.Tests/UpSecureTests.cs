using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LogFlow.Platform;
using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary><c>logflow up</c> with TLS and users, and the tools that reach it.</summary>
public sealed class UpSecureTests : IDisposable
{
    private const string Password = "correct horse battery";

    private readonly TempDirectory _folder = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Up_WithTlsAndAUser_IndexesWithoutMoreConfiguration_AndLetsNobodyElseIn()
    {
        var log = _folder.File("app.log");
        await File.WriteAllTextAsync(log, "the first line\nthe second line\n");
        var data = _folder.File("data");
        await using var up = UpProcess.Start(data, log, settings: SecureSettings());
        await up.WaitForLineAsync("logflow search");
        var endpoints = LogFlowProcess.ReadEndpoints(data);
        var (console, store) = (endpoints["console"]!.ToString(), endpoints["store"]!.ToString());
        Assert.StartsWith("https://", console, StringComparison.Ordinal);
        Assert.StartsWith("https://", store, StringComparison.Ordinal);

        // The owner of the folder needs no login, and no authority: what the processor wrote is found.
        await Eventually.TrueAsync(
            async () =>
            {
                await using var search = await LogFlowProcess.RunAsync(
                    "logflow", "search", "line", "--count", "--data", data);
                return search.Output == "2\n";
            },
            up.Output,
            TimeSpan.FromMinutes(3));

        await AssertConsoleAsync(console);
        await using (var made = await LogFlowProcess.RunAsync(
            "logflow", "store", "users", "set", "bob", "--role", "read:logs-*", "--data", data,
            "--new-password-file", WriteFile("bob", Password)))
        {
            Assert.Equal("user bob was made\n", made.Output);
        }

        await AssertReaderAsync(console);
        await using (var remote = await LogFlowProcess.RunAsync(
            "logflow", "search", "first", "--count", "--url", store, "--ca", _authority.CaFile, "--user", "bob",
            "--password-file", WriteFile("again", Password)))
        {
            Assert.Equal("1\n", remote.Output);
        }

        await using (var stranger = await LogFlowProcess.RunAsync(
            "logflow", "search", "first", "--url", store, "--ca", _authority.CaFile))
        {
            Assert.Equal(1, stranger.ExitCode);
            Assert.Contains("(401)", stranger.Output, StringComparison.Ordinal);
            Assert.Contains("--user", stranger.Output, StringComparison.Ordinal);
        }

        await up.StopAsync();
        Assert.Equal(0, up.ExitCode);
        Assert.DoesNotContain(Password, up.Output, StringComparison.Ordinal);
    }

    /// <summary>A processor elsewhere needs the store's authority, a login, and the secret of positions.</summary>
    [Fact]
    public async Task Up_WithTheStoreInAnotherProcess_WritesAndReadsOverTlsByItsLogin()
    {
        var log = _folder.File("app.log");
        await File.WriteAllTextAsync(log, "the first line\nthe second line\n");
        var (data, other) = (_folder.File("data"), _folder.File("other"));
        await using var store = UpProcess.Start(
            data, _folder.File("none.log"), settings:
            [
                .. SecureSettings(), "-E", "agent.enabled=false", "-E", "queue.enabled=false",
                "-E", "processor.enabled=false",
            ]);
        await store.WaitForLineAsync("logflow search");
        var address = LogFlowProcess.ReadEndpoints(data)["store"]!.ToString();
        await using var up = UpProcess.Start(
            other, log, settings:
            [
                "-E", "store.enabled=false", "-E", $"store.address={address}",
                "-E", $"processor.output.store.secret_file={data}/store/positions-secret",
                "-E", $"processor.output.store.ssl.certificate_authorities=[{_authority.CaFile}]",
                "-E", "processor.output.store.username=admin",
                "-E", $"processor.output.store.password={Password}",
            ]);
        await up.WaitForLineAsync("logflow search");
        var console = LogFlowProcess.ReadEndpoints(other)["console"]!.ToString();

        using var http = new HttpClient();
        await Eventually.TrueAsync(
            async () => (await SearchAsync(http, console)).Contains("the second line", StringComparison.Ordinal),
            up.Output,
            TimeSpan.FromMinutes(3));
        await up.StopAsync();
        await store.StopAsync();
        Assert.Equal((0, 0), (up.ExitCode, store.ExitCode));
    }

    [Theory]
    [InlineData("console.host=0.0.0.0", "console.ssl.certificate")]
    [InlineData("store.http.host=0.0.0.0", "store.http.ssl.certificate")]
    public async Task Up_OpenToOthersWithoutTls_DoesNotStart(string setting, string remedy)
    {
        await using var up = UpProcess.Start(
            _folder.File("data"), _folder.File("none.log"), settings: ["-E", setting]);
        await up.WaitForExitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(2, up.ExitCode);
        Assert.Contains(remedy, up.Output, StringComparison.Ordinal);
        Assert.Contains("store.security.enabled: false", up.Output, StringComparison.Ordinal);
    }

    private async Task AssertConsoleAsync(string console)
    {
        using var http = CreateClient(login: null);
        foreach (var path in (string[])["/", "/metrics", "/status", "/api/health", "/api/dead"])
        {
            using var nobody = await http.GetAsync(new Uri(console + path));
            Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
            Assert.Contains(nobody.Headers.WwwAuthenticate, static challenge => challenge.Scheme == "Basic");
        }

        Assert.Equal("ok\n", await http.GetStringAsync(new Uri(console + "/health/ready")));
        using var admin = CreateClient($"admin:{Password}");
        Assert.Contains("store: ", await admin.GetStringAsync(new Uri(console + "/health/ready")));
        Assert.Contains("the first line", await SearchAsync(admin, console), StringComparison.Ordinal);
        using var letters = await admin.GetAsync(new Uri(console + "/api/dead"));
        Assert.Equal(HttpStatusCode.OK, letters.StatusCode);
    }

    /// <summary>The console asks the store in the name of who looks, and shows them what is theirs to see.</summary>
    private async Task AssertReaderAsync(string console)
    {
        using var bob = CreateClient($"bob:{Password}");
        Assert.Contains("the first line", await SearchAsync(bob, console), StringComparison.Ordinal);
        foreach (var path in (string[])["/api/dead", "/api/try", "/api/config"])
        {
            using var hidden = await bob.GetAsync(new Uri(console + path));
            Assert.Equal(HttpStatusCode.Forbidden, hidden.StatusCode);
        }

        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        using var replay = await bob.PostAsync(new Uri(console + "/api/dead/replay"), body);
        Assert.Equal(HttpStatusCode.Forbidden, replay.StatusCode);
    }

    private static async Task<string> SearchAsync(HttpClient http, string console)
    {
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        using var found = await http.PostAsync(new Uri(console + "/api/search"), body);
        var text = await found.Content.ReadAsStringAsync();
        return found.StatusCode == HttpStatusCode.OK ? text : $"{found.StatusCode} {text}";
    }

    private HttpClient CreateClient(string? login)
    {
        var trust = new TlsClient(new TlsClientOptions { CertificateAuthorities = [_authority.CaFile] });
        var http = new HttpClient(new SocketsHttpHandler { SslOptions = trust.ForHttp() });
        http.DefaultRequestHeaders.Authorization = login is null
            ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        return http;
    }

    private string[] SecureSettings()
    {
        var (certificate, key) = _authority.Issue("up", "127.0.0.1", "localhost");
        return
        [
            "-E", $"store.http.ssl.certificate={certificate}", "-E", $"store.http.ssl.key={key}",
            "-E", $"console.ssl.certificate={certificate}", "-E", $"console.ssl.key={key}",
            "-E", $"store.security.initial_users=[\"admin:{Password}\"]",
        ];
    }

    private string WriteFile(string name, string text)
    {
        var path = _folder.File(name);
        File.WriteAllText(path, text + "\n");
        return path;
    }
}
