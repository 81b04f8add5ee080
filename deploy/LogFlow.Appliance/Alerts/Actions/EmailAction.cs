using System.Globalization;
using System.Text;
using LogFlow.Bulk;
using LogFlow.Hosting;
using LogFlow.Platform;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace LogFlow.Appliance;

/// <summary>
/// Sends a notification as a mail. By MailKit, because .NET's own SmtpClient knows neither TLS from the first byte nor
/// AUTH PLAIN, trusts the system's authorities alone, and is not recommended by its makers for new code.
/// </summary>
internal sealed class EmailAction(AlertEmailConfig config, SmtpConfig server, TimeProvider time)
    : AlertAction("email", LogText.Escape(string.Join(", ", config.To)))
{
    /// <inheritdoc/>
    public override Task SendAsync(AlertNotification notification, CancellationToken cancellationToken) =>
        WithinAsync(server.Timeout, async patience =>
        {
            using var client = new SmtpClient { CheckCertificateRevocation = false };
            try
            {
                Secure(client);
                await client.ConnectAsync(server.Host, server.Port, server.Security switch
                {
                    SmtpSecurity.Starttls => SecureSocketOptions.StartTls,
                    SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
                    _ => SecureSocketOptions.None,
                }, patience);
                if (server.Username is { Length: > 0 } user)
                {
                    await client.AuthenticateAsync(user, server.Password ?? "", patience);
                }

                using var message = Compose(notification);
                await client.SendAsync(message, patience);
            }
            catch (Exception error) when (IsOfTheServer(error))
            {
                throw new AlertActionException(
                    $"{server.Host}:{server.Port}: {LogText.Escape(ShortText.Of(Explain(error)))}");
            }

            await ByeAsync(client, patience);
        }, cancellationToken);

    private void Secure(SmtpClient client)
    {
        var tls = server.Ssl?.CreateClient() ?? new TlsClient(new TlsClientOptions());
        client.ServerCertificateValidationCallback = tls.CheckOf(server.Host);
        var settings = tls.ForHttp();
        client.SslProtocols = settings.EnabledSslProtocols;
        if (settings.ClientCertificateContext is { } own)
        {
            client.ClientCertificates = [own.TargetCertificate];
        }
    }

    private MimeMessage Compose(AlertNotification notification)
    {
        var text = new StringBuilder()
            .Append(notification.Title).Append("\n\n")
            .Append(CultureInfo.InvariantCulture, $"query   {notification.Query} (in {notification.Index})\n")
            .Append(CultureInfo.InvariantCulture, $"window  {notification.From:u} to {notification.To:u}\n")
            .Append(CultureInfo.InvariantCulture, $"since   {notification.Since:u}\n")
            .Append(CultureInfo.InvariantCulture, $"host    {notification.Host}\n")
            .Append(CultureInfo.InvariantCulture, $"lines   {notification.Link}\n\n")
            .AppendJoin('\n', notification.Lines)
            .Append('\n');
        var message = new MimeMessage
        {
            Subject = LogText.Escape(notification.Title),
            Date = time.GetUtcNow(),
            Body = new TextPart("plain") { Text = text.ToString() },
        };
        message.From.Add(MailboxAddress.Parse(server.From));
        message.To.AddRange(config.To.Select(MailboxAddress.Parse));

        // Robots on holiday do not answer robots (RFC 3834).
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Headers.Add("X-LogFlow-Alert-Id", LogText.Escape(notification.Id));
        return message;
    }

    /// <summary>The server has the mail: how the connection ends changes nothing.</summary>
    private static async Task ByeAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception error) when (IsOfTheServer(error) || error is OperationCanceledException)
        {
            // It is gone already.
        }
    }

    private static bool IsOfTheServer(Exception error) =>
        error is IOException or System.Net.Sockets.SocketException or CommandException or ProtocolException
            or System.Security.Authentication.AuthenticationException or MailKit.Security.AuthenticationException
            or SslHandshakeException or NotSupportedException or TlsException;

    /// <summary>MailKit has many words on a handshake; our check of the certificate says the reason.</summary>
    private static string Explain(Exception error)
    {
        for (var inner = error.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is System.Security.Authentication.AuthenticationException reason)
            {
                error = reason;
            }
        }

        return error is NotSupportedException
            ? $"{error.Message} (smtp.security: none would send in clear, tls needs no STARTTLS)"
            : error.Message;
    }
}
