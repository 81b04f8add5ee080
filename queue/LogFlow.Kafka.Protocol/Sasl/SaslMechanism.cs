using System.Security.Cryptography;

namespace LogFlow.Kafka.Protocol;

/// <summary>A way to log in that both sides here speak, by the name that SASL has for it.</summary>
public sealed class SaslMechanism
{
    /// <summary>User and password as they are (RFC 4616): for TLS only.</summary>
    public static SaslMechanism Plain { get; } = new("PLAIN", 0, default, 0);

    /// <summary>Proof of a password that is never sent (RFC 5802, RFC 7677).</summary>
    public static SaslMechanism ScramSha256 { get; } = new("SCRAM-SHA-256", 1, HashAlgorithmName.SHA256, 32);

    /// <summary>The same with SHA-512.</summary>
    public static SaslMechanism ScramSha512 { get; } = new("SCRAM-SHA-512", 2, HashAlgorithmName.SHA512, 64);

    /// <summary>All of them, the most common first.</summary>
    public static IReadOnlyList<SaslMechanism> All { get; } = [Plain, ScramSha256, ScramSha512];

    private SaslMechanism(string name, sbyte scramType, HashAlgorithmName hash, int hashBytes)
    {
        Name = name;
        ScramType = scramType;
        Hash = hash;
        HashBytes = hashBytes;
    }

    /// <summary>The name on the wire and in the configuration.</summary>
    public string Name { get; }

    /// <summary>The number that AlterUserScramCredentials has for it; 0: not SCRAM.</summary>
    public sbyte ScramType { get; }

    /// <summary>Whether it is one of SCRAM's.</summary>
    public bool IsScram => ScramType != 0;

    /// <summary>Length of its hash.</summary>
    public int HashBytes { get; }

    internal HashAlgorithmName Hash { get; }

    /// <summary>The mechanism of that name; null where there is none.</summary>
    public static SaslMechanism? Find(string name) => All.FirstOrDefault(
        mechanism => string.Equals(mechanism.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The mechanism of that number; null where there is none.</summary>
    public static SaslMechanism? FindScram(sbyte scramType) =>
        All.FirstOrDefault(mechanism => mechanism.IsScram && mechanism.ScramType == scramType);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
