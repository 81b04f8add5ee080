using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Platform;

/// <summary>Makes a <see cref="TlsTrust"/> of the configured files, fingerprints and pins.</summary>
internal static class TlsTrustReader
{
    public static TlsTrust Read(TlsClientOptions options) => new(
        options.Verification,
        ReadRoots(options.CertificateAuthorities, options.Names.Authorities, options.AuthoritiesPassword),
        ParseFingerprint(options.CaTrustedFingerprint, options.Names.Fingerprint),
        [.. options.CaSha256.Select(pin => ParsePin(pin, options.Names.Pins))]);

    /// <summary>All certificates of those files and texts; null where none is named.</summary>
    public static X509Certificate2Collection? ReadRoots(
        IReadOnlyList<string> authorities, string key, string? password)
    {
        if (authorities.Count == 0)
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        foreach (var authority in authorities)
        {
            roots.AddRange(TlsFiles.ReadCertificates(authority, key, password));
        }

        return roots;
    }

    private static byte[]? ParseFingerprint(string? text, string key)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        try
        {
            var bytes = Convert.FromHexString(text.Replace(":", "", StringComparison.Ordinal).Trim());
            if (bytes.Length == SHA256.HashSizeInBytes)
            {
                return bytes;
            }
        }
        catch (FormatException)
        {
            // The same answer as for a wrong length.
        }

        throw new TlsException(
            $"{key}: '{text}' is no SHA-256 in hexadecimal (64 digits); take it from: openssl x509 -fingerprint "
            + "-sha256 -noout -in CA");
    }

    private static byte[] ParsePin(string text, string key)
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        return Convert.TryFromBase64String(text.Trim(), bytes, out var length) && length == bytes.Length
            ? bytes
            : throw new TlsException($"{key}: '{text}' is no SHA-256 in base64 (44 characters)");
    }
}
