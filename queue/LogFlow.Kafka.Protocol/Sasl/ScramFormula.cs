using System.Security.Cryptography;
using System.Text;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// The arithmetic of SCRAM, https://www.rfc-editor.org/rfc/rfc5802#section-3. As in Kafka, names and passwords are
/// taken as UTF-8, without SASLprep.
/// </summary>
public static class ScramFormula
{
    /// <summary>Kafka's least count of iterations, and its tools' usual one.</summary>
    public const int IterationsMin = 4096;

    /// <summary>Kafka's largest count: more would let a client be kept busy.</summary>
    public const int IterationsMax = 16384;

    /// <summary><c>SaltedPassword := Hi(password, salt, i)</c>.</summary>
    public static byte[] SaltPassword(
        SaslMechanism mechanism, string password, ReadOnlySpan<byte> salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password), salt, iterations, mechanism.Hash, mechanism.HashBytes);

    /// <summary><c>ClientKey := HMAC(SaltedPassword, "Client Key")</c>.</summary>
    public static byte[] ClientKey(SaslMechanism mechanism, ReadOnlySpan<byte> saltedPassword) =>
        CryptographicOperations.HmacData(mechanism.Hash, saltedPassword, "Client Key"u8);

    /// <summary><c>ServerKey := HMAC(SaltedPassword, "Server Key")</c>.</summary>
    public static byte[] ServerKey(SaslMechanism mechanism, ReadOnlySpan<byte> saltedPassword) =>
        CryptographicOperations.HmacData(mechanism.Hash, saltedPassword, "Server Key"u8);

    /// <summary><c>StoredKey := H(ClientKey)</c>.</summary>
    public static byte[] StoredKey(SaslMechanism mechanism, ReadOnlySpan<byte> clientKey) =>
        CryptographicOperations.HashData(mechanism.Hash, clientKey);

    /// <summary><c>HMAC(key, AuthMessage)</c>: the signature of either side.</summary>
    public static byte[] Sign(SaslMechanism mechanism, ReadOnlySpan<byte> key, string authMessage) =>
        CryptographicOperations.HmacData(mechanism.Hash, key, Encoding.UTF8.GetBytes(authMessage));

    /// <summary><c>ClientProof := ClientKey XOR ClientSignature</c>, and back.</summary>
    public static byte[] Xor(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var result = new byte[left.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = (byte)(left[i] ^ right[i]);
        }

        return result;
    }

    /// <summary>A name as it stands in a message: '=' and ',' have escapes.</summary>
    public static string Escape(string name) =>
        name.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);

    /// <summary>The name that was escaped; null where it was not escaped rightly.</summary>
    public static string? Unescape(string text)
    {
        var name = text.Replace("=2C", ",", StringComparison.Ordinal);
        return name.Replace("=3D", "", StringComparison.Ordinal).Contains('=')
            ? null
            : name.Replace("=3D", "=", StringComparison.Ordinal);
    }

    /// <summary>Printable characters that nobody can guess.</summary>
    public static string NewNonce() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));

    /// <summary>Bytes for a new password's salt.</summary>
    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(16);
}
