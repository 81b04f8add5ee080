using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LogFlow.Platform;

namespace LogFlow.Appliance.Tests;

/// <summary>A mail server of a few verbs (RFC 5321): it offers what the test says, and keeps what it is told.</summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly BackgroundWork _work = new();

    public SmtpServer()
    {
        _listener.Start();
        _work.Start("mail server", AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>With it the server speaks TLS: from the first byte, or after STARTTLS.</summary>
    public X509Certificate2? Certificate { get; set; }

    public bool IsTlsFromTheFirstByte { get; set; }

    /// <summary>The answer to RCPT.</summary>
    public string Recipient { get; set; } = "250 ok";

    /// <summary>Says nothing at all.</summary>
    public bool IsMute { get; set; }

    /// <summary>Commands, in their order; a mail's text is one.</summary>
    public List<string> Said { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _work.DisposeAsync();
        Certificate?.Dispose();
    }

    private async Task AcceptAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var client = await _listener.AcceptTcpClientAsync(stop);
            try
            {
                await ServeAsync(client.GetStream(), stop);
            }
            catch (Exception error) when (error is IOException or AuthenticationException)
            {
                // The client has left.
            }
        }
    }

    private async Task ServeAsync(Stream stream, CancellationToken stop)
    {
        if (IsTlsFromTheFirstByte)
        {
            stream = await SecureAsync(stream, stop);
        }

        if (IsMute)
        {
            await Task.Delay(Timeout.Infinite, stop);
        }

        await AnswerAsync(stream, "220 mail.test ESMTP", stop);
        while (await ReadLineAsync(stream, stop) is { } command)
        {
            Said.Add(command);
            switch (command.Split(' ')[0].ToUpperInvariant())
            {
                case "EHLO":
                    var starttls = Certificate is not null && stream is not SslStream ? "250-STARTTLS\r\n" : "";
                    await AnswerAsync(stream, $"250-mail.test\r\n{starttls}250 AUTH PLAIN", stop);
                    break;
                case "STARTTLS":
                    await AnswerAsync(stream, "220 go on", stop);
                    stream = await SecureAsync(stream, stop);
                    break;
                case "AUTH":
                    await AnswerAsync(stream, "235 welcome", stop);
                    break;
                case "RCPT":
                    await AnswerAsync(stream, Recipient, stop);
                    break;
                case "DATA":
                    await AnswerAsync(stream, "354 go on", stop);
                    var mail = new StringBuilder();
                    while (await ReadLineAsync(stream, stop) is { } line && line != ".")
                    {
                        mail.Append(line.StartsWith('.') ? line[1..] : line).Append('\n');
                    }

                    Said.Add(mail.ToString());
                    await AnswerAsync(stream, "250 taken", stop);
                    break;
                case "QUIT":
                    await AnswerAsync(stream, "221 bye", stop);
                    return;
                default:
                    await AnswerAsync(stream, "250 ok", stop);
                    break;
            }
        }
    }

    private async Task<SslStream> SecureAsync(Stream stream, CancellationToken stop)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = Certificate }, stop);
        return secure;
    }

    private static async Task AnswerAsync(Stream stream, string text, CancellationToken stop)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"), stop);
        await stream.FlushAsync(stop);
    }

    private static async Task<string?> ReadLineAsync(Stream stream, CancellationToken stop)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, stop) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return null;
    }
}
