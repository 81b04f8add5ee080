using LogFlow.Platform;

namespace LogFlow.Queue;

/// <summary>
/// The settings of one listener: those with its name (<c>listener.name.external.</c>) before those of all.
/// </summary>
internal sealed class ListenerSettings(QueueConfig config, string listenerName)
{
    /// <summary>What may be set for one listener.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "ssl.keystore.type", "ssl.keystore.location", "ssl.keystore.password", "ssl.keystore.key",
        "ssl.keystore.certificate.chain", "ssl.key.password", "ssl.truststore.type", "ssl.truststore.location",
        "ssl.truststore.password", "ssl.truststore.certificates", "ssl.client.auth", "ssl.enabled.protocols",
        "sasl.enabled.mechanisms",
    ];

    private readonly string _prefix = listenerName.ToLowerInvariant() + ".";

    public IReadOnlyList<string> Mechanisms => List("sasl.enabled.mechanisms", config.SaslEnabledMechanisms);

    /// <summary>The key as it is written for this listener, for messages.</summary>
    public string Named(string key) =>
        config.ListenerName.ContainsKey(_prefix + key) ? $"listener.name.{_prefix}{key}" : key;

    /// <exception cref="TlsException">Something is missing or wrong; the message begins with the key.</exception>
    public TlsServerOptions Tls()
    {
        RequireReadable("ssl.keystore.type", config.SslKeystoreType);
        RequireReadable("ssl.truststore.type", config.SslTruststoreType);
        var location = Text("ssl.keystore.location", config.SslKeystoreLocation);
        var chain = Text("ssl.keystore.certificate.chain", config.SslKeystoreCertificateChain);
        var certificateKey = location is null ? "ssl.keystore.certificate.chain" : "ssl.keystore.location";
        var trust = Text("ssl.truststore.location", config.SslTruststoreLocation);
        var trustKey = trust is null ? "ssl.truststore.certificates" : "ssl.truststore.location";
        trust ??= Text("ssl.truststore.certificates", config.SslTruststoreCertificates);
        var storePassword = Text("ssl.keystore.password", config.SslKeystorePassword);
        var keyPassword = Text("ssl.key.password", config.SslKeyPassword);
        var authentication = ClientAuthentication();
        if (authentication == TlsClientAuthentication.Required && trust is null)
        {
            throw new TlsException(
                $"{Named("ssl.client.auth")}: certificates are required of clients; name their authority in "
                + "ssl.truststore.location");
        }

        return new TlsServerOptions
        {
            Certificate = location ?? chain ?? throw new TlsException(
                $"ssl.keystore.location: listener {listenerName} speaks TLS and needs a certificate; name the PEM file "
                + "with the certificate, its chain and its key ('logflow certs issue' makes one)"),
            Key = location is null ? Text("ssl.keystore.key", config.SslKeystoreKey) : null,
            KeyPassphrase = keyPassword ?? storePassword,
            CertificateAuthorities = trust is null ? [] : [trust],
            AuthoritiesPassword = Text("ssl.truststore.password", config.SslTruststorePassword),
            ClientAuthentication = authentication,
            Protocols = TlsProtocols.Parse(List("ssl.enabled.protocols", config.SslEnabledProtocols))
                ?? throw new TlsException($"{Named("ssl.enabled.protocols")}: takes {TlsProtocols.Choices}"),
            Names = new TlsKeyNames
            {
                Certificate = Named(certificateKey),
                Key = Named(location is null ? "ssl.keystore.key" : "ssl.keystore.location"),
                KeyPassphrase = Named(keyPassword is null && storePassword is not null
                    ? "ssl.keystore.password"
                    : "ssl.key.password"),
                Authorities = Named(trustKey),
            },
        };
    }

    private TlsClientAuthentication ClientAuthentication() =>
        Text("ssl.client.auth", config.SslClientAuth)?.ToLowerInvariant() switch
        {
            null or "none" => TlsClientAuthentication.None,
            "requested" => TlsClientAuthentication.Optional,
            "required" => TlsClientAuthentication.Required,
            _ => throw new TlsException($"{Named("ssl.client.auth")}: takes none, requested or required"),
        };

    private void RequireReadable(string key, string? common)
    {
        switch (Text(key, common)?.ToUpperInvariant())
        {
            case null or "PEM" or "PKCS12":
                return;
            case "JKS":
                throw new TlsException(
                    $"{Named(key)}: Java's JKS files are not read; convert yours with: keytool -importkeystore "
                    + "-srckeystore OLD -destkeystore NEW.p12 -deststoretype PKCS12");
            default:
                throw new TlsException($"{Named(key)}: takes PEM or PKCS12");
        }
    }

    private string? Text(string key, string? common)
    {
        var value = config.ListenerName.GetValueOrDefault(_prefix + key) ?? common;
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }

    private IReadOnlyList<string> List(string key, List<string> common) =>
        config.ListenerName.TryGetValue(_prefix + key, out var own)
            ? own.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : ListenerReader.Split(common);
}
