using System.Security.Cryptography;
using System.Text;

namespace LogFlow.Store;

/// <summary>
/// What is kept of a password: PBKDF2 with HMAC-SHA-512 (RFC 8018) over a salt of its own.
/// </summary>
/// <param name="Iterations">How often it was hashed.</param>
/// <param name="Salt">Random, 16 bytes.</param>
/// <param name="Hash">64 bytes.</param>
internal sealed record PasswordHash(int Iterations, byte[] Salt, byte[] Hash)
{
    /// <summary>OWASP's Password Storage Cheat Sheet for this hash: some 0.1 s of a core.</summary>
    public const int IterationsOfNew = 210_000;

    /// <summary>Elasticsearch's bound: shorter ones are guessed.</summary>
    public const int PasswordLengthMin = 6;

    /// <summary>Longer ones are files that were sent by mistake.</summary>
    public const int PasswordLengthMax = 4096;

    private const int SaltBytes = 16;
    private const int HashBytes = 64;

    public static PasswordHash Of(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(IterationsOfNew, salt, Derive(password, salt, IterationsOfNew));
    }

    /// <summary>One that no password fits, and that takes as long to find out.</summary>
    public static PasswordHash OfNobody() => new(
        IterationsOfNew, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(HashBytes));

    public bool Fits(string password) =>
        CryptographicOperations.FixedTimeEquals(Derive(password, Salt, Iterations), Hash);

    private static byte[] Derive(string password, byte[] salt, int iterations) => Rfc2898DeriveBytes.Pbkdf2(
        Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA512, HashBytes);
}
