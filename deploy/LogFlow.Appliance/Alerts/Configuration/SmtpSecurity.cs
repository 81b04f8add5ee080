namespace LogFlow.Appliance;

/// <summary>How a connection to a mail server is protected.</summary>
internal enum SmtpSecurity
{
    /// <summary>TLS after STARTTLS; a server that does not offer it is not used. Port 587.</summary>
    Starttls,

    /// <summary>TLS from the first byte. Port 465.</summary>
    Tls,

    /// <summary>In clear: for a server on this machine.</summary>
    None,
}
