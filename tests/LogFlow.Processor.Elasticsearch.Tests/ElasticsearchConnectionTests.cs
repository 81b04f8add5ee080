using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace LogFlow.Processor.Elasticsearch.Tests;

public sealed class ElasticsearchConnectionTests
{
    [Fact]
    public async Task Authorization_ByOptions_IsSent()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var basic = new ElasticsearchOptions { Hosts = [server.Url], User = "u", Password = "p" };
        var apiKey = new ElasticsearchOptions { Hosts = [server.Url], ApiKey = "id:key" };
        var bearer = new ElasticsearchOptions
        {
            Hosts = [server.Url],
            BearerToken = "t",
            CustomHeaders = new Dictionary<string, string> { ["X-A"] = "b" },
        };

        Assert.Equal("Basic dTpw", (await HeadersAsync(server, basic))["Authorization"]);
        Assert.Equal("ApiKey aWQ6a2V5", (await HeadersAsync(server, apiKey))["Authorization"]);
        var headers = await HeadersAsync(server, bearer);
        Assert.Equal("Bearer t", headers["Authorization"]);
        Assert.Equal("b", headers["X-A"]);
    }

    [Fact]
    public async Task Compression_WhenOn_IsGzip()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        await using var client = new ElasticsearchConnection(
            new ElasticsearchOptions { Hosts = [server.Url], CompressionLevel = 1 });
        using var request = Some.Request("{\"n\":1}");
        await Some.Sender(client).SendAsync(Some.AllItems(request), BulkAction.Create, default);

        Assert.Equal("gzip", server.LastHeaders["Content-Encoding"]);
        Assert.Single(server.Documents);
    }

    [Fact]
    public void Compression_Unset_IsOffOnLoopbackOnly()
    {
        var client = new ElasticsearchConnection(Some.Options(new Uri("http://127.0.0.1")));

        Assert.Null(client.GetGzipLevel(new Uri("http://localhost:9200")));
        Assert.NotNull(client.GetGzipLevel(new Uri("http://es.example:9200")));
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("fingerprint", true)]
    [InlineData("authorities", true)]
    [InlineData("system", false)]
    [InlineData("other fingerprint", false)]
    public async Task Tls_WithOwnCertificate_IsTrustedAsConfigured(string trust, bool expected)
    {
        using var certificate = MakeCertificate();
        await using var server = await FakeElasticsearch.StartAsync(builder =>
            builder.WebHost.ConfigureKestrel(options => options.Listen(
                IPAddress.Loopback, 0, listen =>
                {
                    listen.UseHttps(certificate);
                    listen.Protocols = HttpProtocols.Http1;
                })));
        using var folder = new LogFlow.Testing.TempDirectory();
        using (var other = MakeCertificate("another"))
        {
            await File.WriteAllTextAsync(folder.File("other.pem"), other.ExportCertificatePem());
        }

        await File.WriteAllTextAsync(folder.File("ca.pem"), certificate.ExportCertificatePem());
        var fingerprint = Convert.ToHexString(SHA256.HashData(certificate.RawData));
        await using var client = new ElasticsearchConnection(new ElasticsearchOptions
        {
            Hosts = [new Uri($"https://localhost:{server.Url.Port}")],
            VerifyCertificates = trust != "none",
            CertificateAuthorities = trust == "authorities" ? [folder.File("other.pem"), folder.File("ca.pem")] : [],
            CaTrustedFingerprint = trust switch
            {
                "fingerprint" => fingerprint,
                "other fingerprint" => new string('A', 64),
                _ => null,
            },
        });

        using var response = await client.SendAsync(HttpMethod.GET, "/");

        Assert.Equal(expected, response.IsSuccess);
        Assert.Equal(expected, !(response.Failure ?? string.Empty).StartsWith("TLS", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("fingerprint")]
    [InlineData("authorities")]
    public async Task Tls_CertificateForAnotherName_IsRefusedHoweverItIsTrusted(string trust)
    {
        using var certificate = MakeCertificate("another");
        await using var server = await FakeElasticsearch.StartAsync(builder =>
            builder.WebHost.ConfigureKestrel(options => options.Listen(
                IPAddress.Loopback, 0, listen => listen.UseHttps(certificate))));
        using var folder = new LogFlow.Testing.TempDirectory();
        await File.WriteAllTextAsync(folder.File("ca.pem"), certificate.ExportCertificatePem());
        await using var connection = new ElasticsearchConnection(new ElasticsearchOptions
        {
            Hosts = [new Uri($"https://localhost:{server.Url.Port}")],
            CertificateAuthorities = trust == "authorities" ? [folder.File("ca.pem")] : [],
            CaTrustedFingerprint =
                trust == "fingerprint" ? Convert.ToHexString(SHA256.HashData(certificate.RawData)) : null,
        });

        using var response = await connection.SendAsync(HttpMethod.GET, "/");

        Assert.StartsWith("TLS", response.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_TypedRequests_AreTakenByAnyServer()
    {
        // The fake says neither "X-elastic-product" nor the vendor's media type, as OpenSearch does not.
        await using var server = await FakeElasticsearch.StartAsync();
        await using var connection = new ElasticsearchConnection(Some.Options(server.Url));

        var setup = new IndexSetup(connection, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var result = await setup.EnsureAsync("logs-a-b", default);

        Assert.Equal("application/json", server.LastHeaders["Accept"]);
        Assert.Contains("GET /_index_template/logflow", server.Requests);
        Assert.Equal(new SetupResult(true), result);
    }

    [Fact]
    public async Task Credentials_InTheUrl_AreSentAndNeverPrinted()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var url = new UriBuilder(server.Url) { UserName = "u", Password = "p" }.Uri;
        await using var connection = new ElasticsearchConnection(Some.Options(url));

        using var response = await connection.SendAsync(HttpMethod.GET, "/");

        Assert.Equal("Basic dTpw", server.LastHeaders["Authorization"]);
        Assert.DoesNotContain("u:p", response.Node.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Path_OfTheNode_StandsBeforeEveryPath()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        await using var connection = new ElasticsearchConnection(Some.Options(new Uri(server.Url, "/behind/a/proxy")));

        using var response = await connection.SendAsync(HttpMethod.GET, "/_x?y=1");

        Assert.Equal(["GET /behind/a/proxy/_x?y=1"], server.Requests);
    }

    [Fact]
    public async Task Proxy_Configured_IsAsked()
    {
        await using var proxy = await FakeElasticsearch.StartAsync();
        await using var connection = new ElasticsearchConnection(new ElasticsearchOptions
        {
            Hosts = [new Uri("http://es.invalid:9200")],
            Proxy = proxy.Url,
        });

        using var response = await connection.SendAsync(HttpMethod.GET, "/");

        Assert.Equal(200, response.Status);
        Assert.Equal("es.invalid:9200", proxy.LastHeaders["Host"]);
    }

    [Fact]
    public async Task Answer_LargerThanTheLimit_IsAFailure()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        await using var client = new ElasticsearchConnection(
            new ElasticsearchOptions { Hosts = [server.Url], ResponseBytesMax = 10 });

        using var response = await client.SendAsync(HttpMethod.GET, "/");

        Assert.Equal(0, response.Status);
        Assert.Contains("10", response.Failure);
    }

    [Theory]
    [InlineData("""{"version":{"number":"9.1.0-SNAPSHOT","build_flavor":"serverless"}}""", "elasticsearch", 9, true)]
    [InlineData("""{"version":{"number":"3.0.1","distribution":"opensearch"}}""", "opensearch", 3, false)]
    public void ServerInfo_Answer_IsRead(string body, string distribution, int major, bool serverless)
    {
        var info = ServerInfo.TryParse(Encoding.UTF8.GetBytes(body));

        Assert.Equal((distribution, major, serverless), (info!.Distribution, info.Version.Major, info.IsServerless));
        Assert.Null(ServerInfo.TryParse("<html>"u8.ToArray()));
        Assert.Null(ServerInfo.TryParse("[]"u8.ToArray()));
    }

    private static async Task<IReadOnlyDictionary<string, string>> HeadersAsync(
        FakeElasticsearch server, ElasticsearchOptions options)
    {
        await using var client = new ElasticsearchConnection(options);
        using var response = await client.SendAsync(HttpMethod.GET, "/");
        return server.LastHeaders;
    }

    private static X509Certificate2 MakeCertificate(string name = "localhost")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
