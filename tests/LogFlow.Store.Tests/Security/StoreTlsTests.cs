using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using LogFlow.Hosting;
using LogFlow.Platform;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Store.Tests;

/// <summary>The store's port over TLS, and when it refuses to open without.</summary>
public sealed class StoreTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly (string Certificate, string Key) _server;

    public StoreTlsTests() => _server = _authority.Issue("store", "127.0.0.1", "localhost");

    private SslServerConfig Ssl => new() { Certificate = _server.Certificate, Key = _server.Key };

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Tls_TakesLoginsAndDocuments()
    {
        await using var store = await StartAsync();
        await store.AddAsync("logs-a-b");

        Assert.Equal("https", store.Service.Address.Scheme);
        Assert.Equal("1", (await store.DoAsync("GET /_count"))["count"]!.ToJsonString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await store.SendAsync("GET /_count")).Status);

        // Its own page's origin is https: a request from it is no other page's.
        var own = store.Service.Address.GetLeftPart(UriPartial.Authority);
        Assert.Equal(
            HttpStatusCode.OK,
            (await store.SendAsync("GET /_count", login: SecureStore.AsAdmin, header: ("Origin", own))).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await store.SendAsync("GET /_count", login: SecureStore.AsAdmin,
                header: ("Origin", own.Replace("https", "http", StringComparison.Ordinal)))).Status);
    }

    [Fact]
    public async Task Tls_ClearTextAndStrangersAuthorities_AreRefused_AndSaid()
    {
        var logs = new CollectingLogs();
        await using var store = await StartAsync(logs: logs);
        using var plain = new HttpClient();
        using var untrusting = new HttpClient();

        await Assert.ThrowsAsync<HttpRequestException>(
            () => plain.GetAsync(new Uri($"http://127.0.0.1:{store.Service.Port}/")));
        await Assert.ThrowsAsync<HttpRequestException>(() => untrusting.GetAsync(store.Service.Address));

        await Eventually.TrueAsync(
            () => logs.Count(LogLevel.Warning, "to the store's HTTP API refused") > 0, logs.ToString());
    }

    [Fact]
    public async Task Tls_RenewedCertificate_IsServedWithoutARestart()
    {
        await using var store = await StartAsync();
        var before = await SerialAsync(store);

        _authority.Issue("store", "127.0.0.1", "localhost");

        await Eventually.TrueAsync(async () => await SerialAsync(store) != before, "another certificate is served");
        await store.DoAsync("GET /");
    }

    /// <summary>The processor and the console of this process need no certificate; nobody else gets in there.</summary>
    [Fact]
    public async Task InnerPort_ServesWhoHoldsASecret_AlsoWhereClientsNeedCertificates()
    {
        await using var store = await StartAsync(config =>
        {
            config.HttpSsl = Ssl;
            config.HttpSsl.CertificateAuthorities = [_authority.CaFile];
        });
        using var http = new HttpClient { BaseAddress = store.Service.InnerAddress };

        Assert.Equal("http", store.Service.InnerAddress.Scheme);
        Assert.NotEqual(store.Service.Port, store.Service.InnerAddress.Port);
        await Assert.ThrowsAsync<HttpRequestException>(() => store.SendAsync("GET /"));
        using (var nobody = await http.GetAsync(new Uri("/", UriKind.Relative)))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        }

        http.DefaultRequestHeaders.Add("Authorization", SecureStore.AsAdmin);
        using (var stranger = await http.GetAsync(new Uri("/", UriKind.Relative)))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        }

        http.DefaultRequestHeaders.Add(StoreService.SecretHeader, store.Service.Secret);
        using var caller = await http.GetAsync(new Uri("/_security/_authenticate", UriKind.Relative));
        Assert.Contains("\"username\":\"alice\"", await caller.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task OffLoopback_WithoutTlsOrUsers_IsRefusedWithTheRemedy()
    {
        using var folder = new TempDirectory();
        var config = SecureStore.NewConfig(folder.Path);
        config.HttpHost = "0.0.0.0";

        await AssertRefusedAsync(config, "store.http.ssl.certificate");
        config.HttpSsl = Ssl;
        await AssertRefusedAsync(config, "store.security.initial_users");
        config.HttpSsl = null;
        config.SecurityInitialUsers = ["alice:a password"];
        await AssertRefusedAsync(config, "store.http.ssl.certificate");
        config.HttpSsl = new SslServerConfig { Enabled = false };
        await AssertRefusedAsync(config, "does not speak TLS");

        var needed = SecureStore.NewConfig(folder.File("other"));
        needed.UsersNeededBy = "console.host";
        await AssertRefusedAsync(needed, "console.host: ");
    }

    [Fact]
    public async Task OffLoopback_WithTlsAndUsers_Starts_AndStaysClosedWithoutAUser()
    {
        await using var store = await StartAsync(config =>
        {
            config.HttpSsl = Ssl;
            config.HttpHost = "0.0.0.0";
        });
        await store.DoAsync($"DELETE /_security/user/{SecureStore.Admin}");

        Assert.Equal(HttpStatusCode.Unauthorized, (await store.SendAsync("GET /_search")).Status);
    }

    [Fact]
    public async Task OffLoopback_SecurityOff_StartsAndSaysSo()
    {
        var logs = new CollectingLogs();
        await using var store = await SecureStore.StartAsync(
            config =>
            {
                config.HttpHost = "0.0.0.0";
                config.SecurityEnabled = false;
            },
            logs: logs);

        Assert.Equal(HttpStatusCode.OK, (await store.SendAsync("GET /_search")).Status);
        Assert.Equal(1, logs.Count(LogLevel.Warning, "without a login, as security.enabled is false"));
    }

    private static async Task AssertRefusedAsync(StoreConfig config, string remedy)
    {
        await using var service = SecureStore.Create(config);
        var error = await Assert.ThrowsAsync<StartupException>(() => service.StartAsync(CancellationToken.None));
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.ExitCode);
    }

    private Task<SecureStore> StartAsync(Action<StoreConfig>? configure = null, CollectingLogs? logs = null)
    {
        var trust = new TlsClient(new TlsClientOptions { CertificateAuthorities = [_authority.CaFile] });
        return SecureStore.StartAsync(
            configure ?? (config => config.HttpSsl = Ssl),
            logs: logs,
            handler: new SocketsHttpHandler
            {
                SslOptions = trust.ForHttp(),
                PooledConnectionLifetime = TimeSpan.Zero,
            });
    }

    private async Task<string> SerialAsync(SecureStore store)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, store.Service.Port);
        var trust = new TlsClient(new TlsClientOptions { CertificateAuthorities = [_authority.CaFile] });
        await using var stream = await trust.ConnectAsync(client.GetStream(), "localhost", CancellationToken.None);
        return ((X509Certificate2)stream.RemoteCertificate!).SerialNumber;
    }
}
