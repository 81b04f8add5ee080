using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace LogFlow.Hosting;

/// <summary>
/// The bytes of a keystore. Each writing takes a new salt and a new nonce, so no key meets a nonce twice. Numbers are
/// little-endian:
/// <code>
///  at size field
///   0    8 magic LFKEYSTO
///   8    2 version, 1
///  10    2 flags; bit 0: it has a password
///  12    4 rounds of PBKDF2-HMAC-SHA512
///  16   32 salt: random; with an empty password it is what the key comes from
///  48   12 nonce of AES-256-GCM
///  60    4 length n of what is encrypted
///  64    n the entries, encrypted: a JSON object of names and values
///  64+n 16 tag, which covers the bytes 0 to 63 as well
/// </code>
/// </summary>
internal static class KeystoreCodec
{
    /// <summary>Longer is a file that was named by mistake.</summary>
    public const int LengthMax = 1 << 20;

    private const ushort Version = 1;
    private const ushort HasPassword = 1;
    private const int SaltAt = 16;
    private const int SaltLength = 32;
    private const int NonceAt = SaltAt + SaltLength;
    private const int NonceLength = 12;
    private const int LengthAt = NonceAt + NonceLength;
    private const int HeaderLength = LengthAt + sizeof(int);
    private const int TagLength = 16;
    private const int KeyLength = 32;

    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA512.</summary>
    private const int RoundsWithPassword = 210_000;

    /// <summary>A random salt is not guessed: rounds would only make each start slower.</summary>
    private const int RoundsWithout = 1;

    /// <summary>More would let a damaged header hold up a start for minutes.</summary>
    private const int RoundsMax = 10_000_000;

    private static ReadOnlySpan<byte> Magic => "LFKEYSTO"u8;

    /// <summary>The bytes of a file with these entries.</summary>
    public static byte[] Encode(IReadOnlyDictionary<string, string> entries, string password)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(entries);
        var file = new byte[HeaderLength + plain.Length + TagLength];
        Magic.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(10), password.Length > 0 ? HasPassword : (ushort)0);
        BinaryPrimitives.WriteInt32LittleEndian(
            file.AsSpan(12), password.Length > 0 ? RoundsWithPassword : RoundsWithout);
        RandomNumberGenerator.Fill(file.AsSpan(SaltAt, SaltLength + NonceLength));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(LengthAt), plain.Length);
        using var cipher = Cipher(file, password);
        cipher.Encrypt(
            file.AsSpan(NonceAt, NonceLength),
            plain,
            file.AsSpan(HeaderLength, plain.Length),
            file.AsSpan(HeaderLength + plain.Length),
            file.AsSpan(0, HeaderLength));
        CryptographicOperations.ZeroMemory(plain);
        return file;
    }

    /// <summary>Whether a file's header says that it has a password.</summary>
    /// <exception cref="InvalidDataException">It is no keystore, or one of a later version.</exception>
    public static bool NeedsPassword(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderLength + TagLength || !file.StartsWith(Magic))
        {
            throw new InvalidDataException(
                "it is not a keystore of LogFlow (those of Filebeat and Logstash are not read)");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        if (version != Version)
        {
            throw new InvalidDataException($"it has version {version}, and this program reads version {Version}");
        }

        return (BinaryPrimitives.ReadUInt16LittleEndian(file[10..]) & HasPassword) != 0;
    }

    /// <summary>The entries of a file; null where the password is another one, or a byte was changed.</summary>
    /// <exception cref="InvalidDataException">It is no keystore, or its lengths cannot be.</exception>
    public static SortedDictionary<string, string>? Decode(byte[] file, string password)
    {
        _ = NeedsPassword(file);
        var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(LengthAt));
        if (length != file.Length - HeaderLength - TagLength
            || BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12)) is <= 0 or > RoundsMax)
        {
            return null;
        }

        var plain = new byte[length];
        using var cipher = Cipher(file, password);
        try
        {
            cipher.Decrypt(
                file.AsSpan(NonceAt, NonceLength),
                file.AsSpan(HeaderLength, length),
                file.AsSpan(HeaderLength + length),
                plain,
                file.AsSpan(0, HeaderLength));
            var entries = JsonSerializer.Deserialize<Dictionary<string, string>>(plain)!;
            return new SortedDictionary<string, string>(entries, StringComparer.Ordinal);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static AesGcm Cipher(byte[] file, string password)
    {
        Span<byte> key = stackalloc byte[KeyLength];
        Rfc2898DeriveBytes.Pbkdf2(
            password,
            file.AsSpan(SaltAt, SaltLength),
            key,
            BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12)),
            HashAlgorithmName.SHA512);
        var cipher = new AesGcm(key, TagLength);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }
}
