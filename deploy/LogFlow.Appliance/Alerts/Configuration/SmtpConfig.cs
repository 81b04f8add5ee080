using LogFlow.Hosting;
using MimeKit;

namespace LogFlow.Appliance;

/// <summary>Section <c>smtp</c>: the server that takes the mails of alerts. Names follow Grafana's.</summary>
internal sealed class SmtpConfig : IValidatedConfig
{
    /// <summary>The server; empty: no mail is sent.</summary>
    [ConfigKey("host")]
    public string Host { get; set; } = "";

    /// <summary>Its port: 587 for STARTTLS, 465 for TLS from the first byte (RFC 8314).</summary>
    [ConfigKey("port")]
    public int Port { get; set; } = 587;

    /// <summary>
    /// starttls (demanded: a server without it is not used), tls (from the first byte) or none (in clear).
    /// </summary>
    [ConfigKey("security")]
    public SmtpSecurity Security { get; set; } = SmtpSecurity.Starttls;

    /// <summary>Whom to log in as; empty: nobody.</summary>
    [ConfigKey("username")]
    public string? Username { get; set; }

    /// <summary>The user's password.</summary>
    [ConfigKey("password", IsSecret = true)]
    public string? Password { get; set; }

    /// <summary>The sender: <c>LogFlow &lt;logflow@example.com&gt;</c>.</summary>
    [ConfigKey("from")]
    public string From { get; set; } = "";

    /// <summary>How long one mail may take, from the connection to the server's word that it has it.</summary>
    [ConfigKey("timeout")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whom to trust, where it is not one of the system's authorities.</summary>
    [ConfigKey("ssl")]
    public SslConfig? Ssl { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        if (Host.Length == 0)
        {
            return [];
        }

        var problems = new List<ConfigProblem>();
        if (Port is < 1 or > ushort.MaxValue)
        {
            problems.Add(new ConfigProblem("port", $"takes 1 to {ushort.MaxValue}"));
        }

        if (!MailboxAddress.TryParse(From, out _))
        {
            problems.Add(new ConfigProblem("from", "must name the sender, a mail address"));
        }

        if (Username is { Length: > 0 } && Password is null)
        {
            problems.Add(new ConfigProblem(
                "username", "has nothing to log in with: set smtp.password, too, or leave it out"));
        }

        if (Username is { Length: > 0 } && Security == SmtpSecurity.None)
        {
            problems.Add(new ConfigProblem(
                "security", "would send the password in clear: use starttls or tls, or leave username out"));
        }

        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromMinutes(10))
        {
            problems.Add(new ConfigProblem("timeout", "takes more than 0s, and 10m at most"));
        }

        return problems;
    }
}
