using System.Text.RegularExpressions;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Reads what Kafka's own clients call their security settings. Logstash has the same names with '_' for '.', so both
/// are read here.
/// </summary>
/// <param name="find">The value of one of Kafka's keys; null where it is not set.</param>
/// <param name="nameOf">What the caller's users call that key, for messages.</param>
public sealed partial class KafkaSecurityReader(Func<string, string?> find, Func<string, string> nameOf)
{
    private const string ProtocolKey = "security.protocol";
    private const string MechanismKey = "sasl.mechanism";
    private const string JaasKey = "sasl.jaas.config";
    private const string IdentificationKey = "ssl.endpoint.identification.algorithm";
    private const string ProtocolChoices = "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL";

    /// <summary>The keys that are read.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        ProtocolKey, "ssl.truststore.location", "ssl.truststore.type", "ssl.truststore.password",
        "ssl.truststore.certificates", "ssl.keystore.location", "ssl.keystore.type", "ssl.keystore.password",
        "ssl.keystore.key", "ssl.keystore.certificate.chain", "ssl.key.password", "ssl.enabled.protocols",
        IdentificationKey, MechanismKey, JaasKey, "sasl.username", "sasl.password",
    ];

    /// <exception cref="KafkaSecurityException">A value is not what it should be; names the key.</exception>
    public KafkaSecurity Read()
    {
        var protocol = Find(ProtocolKey)?.ToUpperInvariant() ?? "PLAINTEXT";
        var (usesTls, usesSasl) = protocol switch
        {
            "PLAINTEXT" => (false, false),
            "SSL" => (true, false),
            "SASL_PLAINTEXT" => (false, true),
            "SASL_SSL" => (true, true),
            _ => throw Wrong(ProtocolKey, $"takes {ProtocolChoices}, not '{protocol}'"),
        };
        return new KafkaSecurity { Tls = usesTls ? ReadTls() : null, Login = usesSasl ? ReadLogin() : null };
    }

    private TlsClient ReadTls()
    {
        var trustKey = Find("ssl.truststore.location") is null
            ? "ssl.truststore.certificates"
            : "ssl.truststore.location";
        var certificateKey = Find("ssl.keystore.location") is null
            ? "ssl.keystore.certificate.chain"
            : "ssl.keystore.location";
        var passwordKey = Find("ssl.key.password") is null ? "ssl.keystore.password" : "ssl.key.password";
        var options = new TlsClientOptions
        {
            CertificateAuthorities = Find(trustKey) is { } trust ? [trust] : [],
            AuthoritiesPassword = Find("ssl.truststore.password"),
            Certificate = Find(certificateKey),
            Key = certificateKey == "ssl.keystore.location" ? null : Find("ssl.keystore.key"),
            KeyPassphrase = Find(passwordKey),
            Verification = ReadVerification(),
            Protocols = TlsProtocols.Parse((Find("ssl.enabled.protocols") ?? "").Split(
                ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                ?? throw Wrong("ssl.enabled.protocols", $"takes {TlsProtocols.Choices}"),
            Names = new TlsKeyNames
            {
                Authorities = nameOf("ssl.truststore.location"),
                Certificate = nameOf(certificateKey),
                Key = nameOf(certificateKey == "ssl.keystore.location" ? certificateKey : "ssl.keystore.key"),
                KeyPassphrase = nameOf(passwordKey),
                Verification = nameOf(IdentificationKey),
            },
        };
        try
        {
            return new TlsClient(options);
        }
        catch (TlsException error)
        {
            // The message names the key already.
            throw new KafkaSecurityException("", error.Message, error);
        }
    }

    /// <summary>Kafka's clients check the name unless this is set to nothing.</summary>
    private TlsVerification ReadVerification() => find(IdentificationKey) switch
    {
        null => TlsVerification.Full,
        "" => TlsVerification.Certificate,
        var text when text.Equals("https", StringComparison.OrdinalIgnoreCase) => TlsVerification.Full,
        var text => throw Wrong(IdentificationKey, $"takes https, or nothing for no check of the name; not '{text}'"),
    };

    private SaslLogin ReadLogin()
    {
        var name = Find(MechanismKey) ?? throw Wrong(
            MechanismKey,
            $"must be set: {string.Join(", ", SaslMechanism.All)} (Kerberos, Kafka's default, is not spoken)");
        var mechanism = SaslMechanism.Find(name)
            ?? throw Wrong(MechanismKey, $"'{name}' is not spoken here; {string.Join(", ", SaslMechanism.All)} are");
        if (Find("sasl.username") is { } user)
        {
            return new SaslLogin(mechanism, user, Find("sasl.password") ?? throw Wrong("sasl.password", "is missing"))
            {
                KeyNames = $"{nameOf("sasl.username")} and {nameOf("sasl.password")}",
            };
        }

        var jaas = Find(JaasKey) ?? throw Wrong(
            JaasKey, "must give user and password: org.apache.kafka.common.security.scram.ScramLoginModule required "
            + "username=\"…\" password=\"…\";");
        return new SaslLogin(mechanism, Option(jaas, "username"), Option(jaas, "password"))
        {
            KeyNames = nameOf(JaasKey),
        };
    }

    private string Option(string jaas, string option)
    {
        foreach (Match match in JaasOption().Matches(jaas))
        {
            if (match.Groups["name"].Value == option)
            {
                var value = match.Groups["value"];
                return value.Success
                    ? value.Value.Replace("\\\"", "\"", StringComparison.Ordinal)
                        .Replace("\\\\", "\\", StringComparison.Ordinal)
                    : match.Groups["bare"].Value;
            }
        }

        // The value is not shown: it holds the password.
        throw Wrong(JaasKey, $"has no {option}=\"…\"");
    }

    private string? Find(string key) => find(key) is { Length: > 0 } value ? value : null;

    private KafkaSecurityException Wrong(string key, string message) => new(key, $"{nameOf(key)}: {message}");

    [GeneratedRegex(
        """(?<name>[A-Za-z_.]+)\s*=\s*(?:"(?<value>(?:\\.|[^"\\])*)"|(?<bare>[^\s;"]+))""",
        RegexOptions.ExplicitCapture)]
    private static partial Regex JaasOption();
}
