using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LogFlow.Platform;

/// <summary>
/// Certificates and keys as they are configured: the name of a file (PEM or PKCS#12), or PEM text itself. Whatever is
/// wrong with them is said with the configuration's key, the file, and what to do.
/// </summary>
internal static class TlsFiles
{
    private const string CertificateLabel = "-----BEGIN CERTIFICATE-----";
    private const string EncryptedKeyLabel = "-----BEGIN ENCRYPTED PRIVATE KEY-----";

    /// <summary>The old way to encrypt a PEM key, by headers within it; not in .NET, and weak.</summary>
    private const string OldEncryption = "Proc-Type: 4,ENCRYPTED";

    /// <summary>More is no list of certificates. The largest bundles of authorities have 200 kB.</summary>
    private const int FileBytesMax = 8 << 20;

    /// <summary>JKS files begin with these bytes, JCEKS files with the second.</summary>
    private const uint JksMagic = 0xFEEDFEED;
    private const uint JceksMagic = 0xCECECECE;

    /// <summary>Whether the value is PEM text rather than the name of a file.</summary>
    public static bool IsInline(string value) =>
        value.AsSpan().TrimStart().StartsWith("-----BEGIN", StringComparison.Ordinal);

    /// <summary>All certificates of a file or a PEM text.</summary>
    /// <exception cref="TlsException">It cannot be read or holds none.</exception>
    public static X509Certificate2Collection ReadCertificates(string value, string key, string? password = null)
    {
        var certificates = new X509Certificate2Collection();
        if (IsInline(value))
        {
            Import(certificates, value, key, "the text");
            return certificates;
        }

        var bytes = ReadFile(value, key);
        if (IsBinary(bytes))
        {
            return ReadPkcs12(bytes, value, key, password, "its password");
        }

        Import(certificates, Encoding.UTF8.GetString(bytes), key, value);
        return certificates;
    }

    /// <summary>
    /// A certificate, its key and its chain. <paramref name="keyValue"/> null: the key stands in the same file.
    /// </summary>
    /// <exception cref="TlsException">Something of it cannot be read, or does not go together.</exception>
    public static TlsIdentity ReadIdentity(string value, string? keyValue, string? passphrase, TlsKeyNames names)
    {
        var isInline = IsInline(value);
        var bytes = isInline ? Encoding.UTF8.GetBytes(value) : ReadFile(value, names.Certificate);
        var place = isInline ? "the text" : value;
        if (!isInline && IsBinary(bytes))
        {
            return ReadPkcs12Identity(bytes, value, passphrase, names);
        }

        var text = Encoding.UTF8.GetString(bytes);
        var chain = new X509Certificate2Collection();
        Import(chain, text, names.Certificate, place);
        var keyText = keyValue is null ? text
            : IsInline(keyValue) ? keyValue
            : Encoding.UTF8.GetString(ReadFile(keyValue, names.Key));
        var keyPlace = keyValue is null || IsInline(keyValue) ? place : keyValue;
        var leaf = Combine(chain[0], keyText, keyPlace, passphrase, names);
        chain.RemoveAt(0);
        return new TlsIdentity(Usable(leaf), chain);
    }

    private static X509Certificate2 Combine(
        X509Certificate2 certificate, string keyText, string place, string? passphrase, TlsKeyNames names)
    {
        if (keyText.Contains(OldEncryption, StringComparison.Ordinal))
        {
            throw new TlsException(
                $"{names.Key}: the key in {place} is encrypted in the old PEM way; convert it with: openssl pkcs8 "
                + "-topk8 -in OLD -out NEW");
        }

        var isEncrypted = keyText.Contains(EncryptedKeyLabel, StringComparison.Ordinal);
        if (isEncrypted && string.IsNullOrEmpty(passphrase))
        {
            throw new TlsException(
                $"{names.Key}: the key in {place} is encrypted; give its passphrase in {names.KeyPassphrase}");
        }

        if (!keyText.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new TlsException($"{names.Key}: {place} holds no private key (-----BEGIN PRIVATE KEY-----)");
        }

        try
        {
            var pem = certificate.ExportCertificatePem();
            return isEncrypted
                ? X509Certificate2.CreateFromEncryptedPem(pem, keyText, passphrase)
                : X509Certificate2.CreateFromPem(pem, keyText);
        }
        catch (CryptographicException error) when (isEncrypted)
        {
            throw new TlsException(
                $"{names.Key}: the key in {place} does not open with {names.KeyPassphrase}: the passphrase is wrong, "
                + "or the key is not this certificate's",
                error);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new TlsException(
                $"{names.Key}: the key in {place} does not belong to the certificate '{certificate.Subject}' "
                + $"({names.Certificate})",
                error);
        }
    }

    /// <summary>Windows' TLS cannot use keys that are in memory only.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
        }
    }

    private static void Import(X509Certificate2Collection certificates, string text, string key, string place)
    {
        if (!text.Contains(CertificateLabel, StringComparison.Ordinal))
        {
            throw new TlsException($"{key}: {place} holds no certificate ({CertificateLabel})");
        }

        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException error)
        {
            throw new TlsException($"{key}: a certificate in {place} is damaged: {error.Message.TrimEnd('.')}", error);
        }
    }

    private static bool IsBinary(byte[] bytes) => bytes.Length > 0 && (bytes[0] == 0x30 || HasJavaMagic(bytes));

    private static bool HasJavaMagic(byte[] bytes) => bytes.Length >= sizeof(uint)
        && System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) is JksMagic or JceksMagic;

    private static X509Certificate2Collection ReadPkcs12(
        byte[] bytes, string file, string key, string? password, string passwordKey)
    {
        if (HasJavaMagic(bytes))
        {
            throw new TlsException(
                $"{key}: {file} is a Java keystore (JKS), which cannot be read; convert it with: keytool "
                + $"-importkeystore -srckeystore {file} -destkeystore NEW.p12 -deststoretype PKCS12");
        }

        try
        {
            return X509CertificateLoader.LoadPkcs12Collection(
                bytes, password, OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
                    ? X509KeyStorageFlags.DefaultKeySet
                    : X509KeyStorageFlags.EphemeralKeySet);
        }
        catch (CryptographicException error)
        {
            throw new TlsException(
                $"{key}: {file} does not open as PKCS#12: {passwordKey} is wrong, or the file is damaged", error);
        }
    }

    private static TlsIdentity ReadPkcs12Identity(byte[] bytes, string file, string? password, TlsKeyNames names)
    {
        var all = ReadPkcs12(bytes, file, names.Certificate, password, names.KeyPassphrase);
        var leaf = all.FirstOrDefault(certificate => certificate.HasPrivateKey)
            ?? throw new TlsException($"{names.Certificate}: {file} holds no private key");
        all.Remove(leaf);
        return new TlsIdentity(leaf, all);
    }

    private static byte[] ReadFile(string path, string key)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > FileBytesMax })
            {
                throw new TlsException($"{key}: {path} is too large for certificates");
            }

            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TlsException($"{key}: there is no file {path}", error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new TlsException(
                Directory.Exists(path)
                    ? $"{key}: {path} is a folder, not a file"
                    : $"{key}: no permission to read {path}; give it to the user that this runs as",
                error);
        }
        catch (Exception error) when (error is IOException and not TlsException)
        {
            throw new TlsException($"{key}: {path} cannot be read: {error.Message.TrimEnd('.')}", error);
        }
    }
}
