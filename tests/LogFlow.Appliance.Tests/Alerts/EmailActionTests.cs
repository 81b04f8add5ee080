using System.Security.Cryptography.X509Certificates;
using System.Text;
using LogFlow.Hosting;
using LogFlow.Testing;

namespace LogFlow.Appliance.Tests;

/// <summary>Mails of alerts: what is sent, how it is protected, and what is said when it cannot be sent.</summary>
public sealed class EmailActionTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(SmtpSecurity.Starttls)]
    [InlineData(SmtpSecurity.Tls)]
    public async Task Send_Protected_LogsInAndDelivers(object security)
    {
        await using var server = Serve((SmtpSecurity)security, "localhost");
        await SendAsync(Config(server, (SmtpSecurity)security));
        Assert.Equal((SmtpSecurity)security == SmtpSecurity.Starttls, server.Said.Contains("STARTTLS"));
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes("\0alice\0swordfish"));
        Assert.Contains($"AUTH PLAIN {login}", server.Said);
        Assert.Contains("RCPT TO:<ops@example.com>", server.Said);
        var mail = Assert.Single(server.Said, static said => said.Contains('\n'));
        Assert.Contains("Subject: [firing] many errors: 12 lines (more than 10 in 5m)\n", mail);
        Assert.Contains("From: LogFlow <logflow@example.com>\n", mail);
        Assert.Contains("Auto-Submitted: auto-generated\n", mail);
        Assert.Contains("Date: Fri, 02 Jan 2026 03:04:05 +0000\n", mail);
        var parsed = MimeKit.MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(mail)));
        var text = parsed.TextBody!.ReplaceLineEndings("\n");
        Assert.Contains("größer als gedacht\n.a line that begins with a dot", text);
        Assert.Contains("http://console/?q=log.level%3Aerror", text);
    }

    [Fact]
    public async Task Send_InClear_WhereToldSo()
    {
        await using var server = new SmtpServer();
        var config = Config(server, SmtpSecurity.None);
        (config.Username, config.Ssl) = (null, null);
        await SendAsync(config);
        Assert.Single(server.Said, static said => said.Contains('\n'));
        Assert.DoesNotContain(server.Said, static said => said.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_ServerOffersNoTls_SendsNothing()
    {
        await using var server = new SmtpServer();
        var error = await FailAsync(Config(server, SmtpSecurity.Starttls));
        Assert.Contains("STARTTLS", error);
        Assert.DoesNotContain(server.Said, static said => said.Contains("AUTH") || said.StartsWith("MAIL"));
    }

    [Fact]
    public async Task Send_CertificateOfOthers_IsRefusedWithTheReason()
    {
        await using var server = Serve(SmtpSecurity.Starttls, "mail.example.com");
        Assert.Contains(
            "is for 'mail.example.com', not for 'localhost'", await FailAsync(Config(server, SmtpSecurity.Starttls)));
        var untrusting = Config(server, SmtpSecurity.Starttls);
        untrusting.Ssl = null;
        Assert.Contains("which this system does not trust", await FailAsync(untrusting));
        Assert.DoesNotContain(server.Said, static said => said.Contains("AUTH"));
    }

    [Fact]
    public async Task Send_RefusedOrSlow_SaysWhy()
    {
        await using var server = new SmtpServer { Recipient = "550 no such user here" };
        var config = Config(server, SmtpSecurity.None);
        config.Username = null;
        Assert.Contains("no such user here", await FailAsync(config));
        await using var mute = new SmtpServer { IsMute = true };
        config.Port = mute.Port;
        config.Timeout = TimeSpan.FromSeconds(1);
        Assert.Contains("it took longer than 1 s (timeout)", await FailAsync(config));
        config.Timeout = TimeSpan.FromMinutes(2);
        config.Port = 1;
        Assert.Contains("localhost:1: ", await FailAsync(config));
    }

    private static Task SendAsync(SmtpConfig config)
    {
        Assert.Empty(config.Validate());
        using var action = new EmailAction(
            new AlertEmailConfig { To = ["Ops <ops@example.com>", "b@example.com"] }, config, new ManualTime());
        return action.SendAsync(SomeAlert.Notification, CancellationToken.None);
    }

    private static async Task<string> FailAsync(SmtpConfig config) =>
        (await Assert.ThrowsAsync<AlertActionException>(() => SendAsync(config))).Message;

    private SmtpServer Serve(SmtpSecurity security, string host)
    {
        var (certificate, key) = _authority.Issue(host, host);
        using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
        return new SmtpServer
        {
            Certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pfx), null),
            IsTlsFromTheFirstByte = security == SmtpSecurity.Tls,
        };
    }

    private SmtpConfig Config(SmtpServer server, SmtpSecurity security) => new()
    {
        Host = "localhost",
        Port = server.Port,
        Security = security,
        Username = "alice",
        Password = "swordfish",
        From = "LogFlow <logflow@example.com>",
        Ssl = new SslConfig { CertificateAuthorities = [_authority.CaFile] },
    };
}
