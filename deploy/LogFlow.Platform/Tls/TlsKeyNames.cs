namespace LogFlow.Platform;

/// <summary>
/// What the configuration calls the settings of TLS, so that a message can name the key to change. Filebeat, Kafka and
/// Logstash each have names of their own.
/// </summary>
public sealed record TlsKeyNames
{
    /// <summary>Filebeat's names, below <c>ssl</c>.</summary>
    public static TlsKeyNames Filebeat { get; } = new();

    /// <summary>The authorities to trust.</summary>
    public string Authorities { get; init; } = "ssl.certificate_authorities";

    /// <summary>The certificate to show.</summary>
    public string Certificate { get; init; } = "ssl.certificate";

    /// <summary>Its private key.</summary>
    public string Key { get; init; } = "ssl.key";

    /// <summary>What the private key is encrypted with.</summary>
    public string KeyPassphrase { get; init; } = "ssl.key_passphrase";

    /// <summary>How much is checked.</summary>
    public string Verification { get; init; } = "ssl.verification_mode";

    /// <summary>The fingerprint of an authority that is trusted where the peer sends it.</summary>
    public string Fingerprint { get; init; } = "ssl.ca_trusted_fingerprint";

    /// <summary>The keys of which the peer's chain must hold one.</summary>
    public string Pins { get; init; } = "ssl.ca_sha256";

    /// <summary>Versions of TLS.</summary>
    public string Protocols { get; init; } = "ssl.supported_protocols";

    /// <summary>Whether TLS is spoken at all.</summary>
    public string Enabled { get; init; } = "ssl.enabled";
}
