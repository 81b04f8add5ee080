using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LogFlow.Testing;

namespace LogFlow.Platform.Tests;

public sealed class TlsHandshakeTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new("a stranger");

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Server_OfTheNamedAuthority_IsTrustedAndBytesPass()
    {
        var server = Server(_authority.Issue("queue", "localhost"));

        Assert.Equal("hello", await TalkAsync(server, Trusting(_authority.CaFile)));
    }

    [Fact]
    public async Task Authority_AsText_IsTaken() =>
        Assert.Equal(
            "hello", await TalkAsync(Server(_authority.Issue("queue", "localhost")), Trusting(_authority.CaPem)));

    [Fact]
    public async Task Server_OfAnotherAuthority_IsRefusedWithTheKeyToChange()
    {
        var error = await RefusedAsync(Server(_stranger.Issue("queue", "localhost")), Trusting(_authority.CaFile));

        Assert.Contains("signed by 'CN=a stranger'", error, StringComparison.Ordinal);
        Assert.Contains("ssl.certificate_authorities", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_ThatTheSystemDoesNotKnow_IsRefusedWithTheKeyToSet()
    {
        var error = await RefusedAsync(Server(_authority.Issue("queue", "localhost")), new TlsClientOptions());

        Assert.Contains("which this system does not trust", error, StringComparison.Ordinal);
        Assert.Contains("ssl.certificate_authorities", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_ThatExpired_IsSaidWithItsDate()
    {
        var error = await RefusedAsync(
            Server(_authority.IssueExpired("queue", "localhost")), Trusting(_authority.CaFile));

        Assert.Contains("('CN=queue') expired on 20", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TlsVerification.Full, false)]
    [InlineData(TlsVerification.Strict, false)]
    [InlineData(TlsVerification.Certificate, true)]
    [InlineData(TlsVerification.None, true)]
    public async Task Certificate_ForAnotherName_IsTakenByModesThatDoNotLookAtNames(
        TlsVerification mode, bool isTaken)
    {
        var server = Server(_authority.Issue("queue", "elsewhere", "10.0.0.7"));
        var client = Trusting(_authority.CaFile) with { Verification = mode };

        if (isTaken)
        {
            Assert.Equal("hello", await TalkAsync(server, client));
        }
        else
        {
            Assert.Contains(
                "is for 'elsewhere', '10.0.0.7', not for 'localhost'",
                await RefusedAsync(server, client),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(TlsVerification.Certificate, false)]
    [InlineData(TlsVerification.None, true)]
    public async Task Authority_ThatIsUnknown_MattersToAllModesButNone(TlsVerification mode, bool isTaken)
    {
        var server = Server(_stranger.Issue("queue", "localhost"));
        var client = Trusting(_authority.CaFile) with { Verification = mode };

        if (isTaken)
        {
            Assert.Equal("hello", await TalkAsync(server, client));
        }
        else
        {
            await RefusedAsync(server, client);
        }
    }

    /// <summary>.NET's servers never send their root, others do (Java's, OpenSSL's): so no server here.</summary>
    [Fact]
    public void Fingerprint_OfAnAuthorityThatTheServerSends_IsTrusted()
    {
        var (certificate, _) = _authority.Issue("queue", "localhost");
        using var leaf = X509Certificate2.CreateFromPem(File.ReadAllText(certificate));
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ExtraStore.ImportFromPem(_authority.CaPem);

        Assert.False(chain.Build(leaf));
        Assert.Null(Judge(_authority.Fingerprint));
        Assert.Contains("does not trust", Judge(_stranger.Fingerprint), StringComparison.Ordinal);

        string? Judge(string fingerprint)
        {
            var trust = TlsTrustReader.Read(new TlsClientOptions { CaTrustedFingerprint = fingerprint });
            var check = new PeerCheck(trust, "localhost", isRequired: true, TlsKeyNames.Filebeat);
            check.Accept(leaf, chain, SslPolicyErrors.RemoteCertificateChainErrors);
            return check.Refusal;
        }
    }

    [Fact]
    public async Task Pin_OfAKeyThatIsNotInTheChain_IsRefused()
    {
        var server = Server(_authority.Issue("queue", "localhost"));
        using var ca = X509Certificate2.CreateFromPem(_authority.CaPem);
        var pin = Convert.ToBase64String(
            SHA256.HashData(ca.PublicKey.ExportSubjectPublicKeyInfo()));
        var other = Convert.ToBase64String(new byte[32]);

        Assert.Equal("hello", await TalkAsync(server, Trusting(_authority.CaFile) with { CaSha256 = [other, pin] }));
        Assert.Contains(
            "ssl.ca_sha256",
            await RefusedAsync(server, Trusting(_authority.CaFile) with { CaSha256 = [other] }),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientCertificate_WhereRequired_IsAskedForAndChecked()
    {
        var server = Server(_authority.Issue("queue", "localhost"), _authority.CaFile);
        var (certificate, key) = _authority.Issue("agent");
        var (strange, strangeKey) = _stranger.Issue("thief");
        var (old, oldKey) = _authority.IssueExpired("old-agent");
        var client = Trusting(_authority.CaFile);

        Assert.Equal("hello", await TalkAsync(server, client with { Certificate = certificate, Key = key }));
        Assert.Contains("no ssl.certificate is set", await RefusedAsync(server, client), StringComparison.Ordinal);
        Assert.Contains(
            "another certificate of ours (ours is 'CN=thief'",
            await RefusedAsync(server, client with { Certificate = strange, Key = strangeKey }),
            StringComparison.Ordinal);
        Assert.Contains(
            "ours, ssl.certificate, expired on",
            await RefusedAsync(server, client with { Certificate = old, Key = oldKey }),
            StringComparison.Ordinal);
    }

    /// <summary>Whoever waits for data without a buffer has received nothing yet.</summary>
    [Fact]
    public async Task End_AfterAReadWithoutABuffer_IsExplainedStill()
    {
        var server = Server(_authority.Issue("queue", "localhost"));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = CloseAfterTheHandshakeAsync(listener, server);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        var client = new TlsClient(Trusting(_authority.CaFile));
        await using var stream = await client.ConnectAsync(tcp.GetStream(), "localhost", CancellationToken.None);
        await serving;

        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty));
        var error = await Assert.ThrowsAsync<TlsException>(() => stream.ReadAsync(new byte[1]).AsTask());
        Assert.Contains("right after the handshake", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_ThatSpeaksNoTls_IsSaid()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new TlsClient(Trusting(_authority.CaFile));
        var answering = AnswerInClearAsync(listener);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync((IPEndPoint)listener.LocalEndpoint);

        var error = await Assert.ThrowsAsync<TlsException>(
            () => client.ConnectAsync(tcp.GetStream(), "localhost", CancellationToken.None));

        await answering;
        Assert.Contains("does not speak TLS on this port", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_ThatIsReplaced_ServesTheNextConnection()
    {
        var time = new ManualTime();
        var (certificate, key) = _authority.Issue("queue", "elsewhere");
        var server = new TlsServer(new TlsServerOptions { Certificate = certificate, Key = key }, time);
        var client = Trusting(_authority.CaFile);
        await RefusedAsync(server, client);
        var failures = new List<string>();
        server.ReloadFailed += failures.Add;

        _authority.Issue("queue", "localhost");
        var renewed = await File.ReadAllTextAsync(certificate);
        await File.WriteAllTextAsync(certificate, "half a certificate");
        time.AdvanceMs(1001);
        Assert.Contains("elsewhere", await RefusedAsync(server, client), StringComparison.Ordinal);
        Assert.Contains("holds no certificate", Assert.Single(failures), StringComparison.Ordinal);

        await File.WriteAllTextAsync(certificate, renewed);
        time.AdvanceMs(1001);
        Assert.Equal("hello", await TalkAsync(server, client));
    }

    [Fact]
    public async Task Authority_ThatIsReplaced_IsTrustedByTheNextConnection()
    {
        var client = new TlsClient(Trusting(_authority.CaFile));
        var server = Server(_stranger.Issue("queue", "localhost"));
        await Assert.ThrowsAsync<TlsException>(() => TalkAsync(server, client));

        await File.WriteAllTextAsync(_authority.CaFile, _authority.CaPem + _stranger.CaPem);

        Assert.Equal("hello", await TalkAsync(server, client));
    }

    private static TlsServer Server((string Certificate, string Key) files, string? clientAuthority = null) => new(
        new TlsServerOptions
        {
            Certificate = files.Certificate,
            Key = files.Key,
            CertificateAuthorities = clientAuthority is null ? [] : [clientAuthority],
            ClientAuthentication =
                clientAuthority is null ? TlsClientAuthentication.None : TlsClientAuthentication.Required,
        },
        TimeProvider.System);

    private static TlsClientOptions Trusting(string authority) => new() { CertificateAuthorities = [authority] };

    private static async Task<string> RefusedAsync(TlsServer server, TlsClientOptions options) =>
        (await Assert.ThrowsAsync<TlsException>(() => TalkAsync(server, options))).Message;

    private static Task<string> TalkAsync(TlsServer server, TlsClientOptions options) =>
        TalkAsync(server, new TlsClient(options));

    /// <summary>The server says hello to whoever comes in; what the client hears.</summary>
    private static async Task<string> TalkAsync(TlsServer server, TlsClient client)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, server);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        try
        {
            await using var stream = await client.ConnectAsync(tcp.GetStream(), "localhost", CancellationToken.None);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync();
        }
        finally
        {
            tcp.Close();
            await serving;
        }
    }

    private static async Task CloseAfterTheHandshakeAsync(TcpListener listener, TlsServer server)
    {
        using var peer = await listener.AcceptTcpClientAsync();
        await using var stream = await server.AcceptAsync(peer.GetStream(), CancellationToken.None);
        await stream.ShutdownAsync();
    }

    private static async Task ServeAsync(TcpListener listener, TlsServer server)
    {
        using var tcp = await listener.AcceptTcpClientAsync();
        try
        {
            await using var stream = await server.AcceptAsync(tcp.GetStream(), CancellationToken.None);
            await stream.WriteAsync("hello"u8.ToArray());
        }
        catch (IOException)
        {
            // The client refused, or was refused: its side is what is looked at.
        }
    }

    private static async Task AnswerInClearAsync(TcpListener listener)
    {
        using var tcp = await listener.AcceptTcpClientAsync();
        await tcp.GetStream().WriteAsync("220 this is no TLS at all, but a greeting\r\n"u8.ToArray());
        var buffer = new byte[4096];
        while (await tcp.GetStream().ReadAsync(buffer) > 0)
        {
        }
    }
}
