using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;

namespace LogFlow.Store;

/// <summary>
/// The hashes of a text's tokens, for blooms: the same tokens as <see cref="TokenReader"/> reads. Of ASCII, which logs
/// mostly are, in one pass: 64 characters at a time become bits, and the bits' edges are the tokens' ends.
/// </summary>
internal static class TokenHashes
{
    private const int BlockLength = 64;

    /// <summary>Adds the hash of each token.</summary>
    /// <param name="text">The text, valid UTF-8.</param>
    /// <param name="scratch">Holds its lower-case form.</param>
    /// <param name="hashes">Takes the hashes.</param>
    public static void Add(ReadOnlySpan<byte> text, ByteWriter scratch, HashSet64 hashes)
    {
        if (!Ascii.IsValid(text) || !TryAddAscii(text, scratch, hashes))
        {
            var tokens = new TokenReader(text, scratch);
            while (tokens.MoveNext())
            {
                hashes.Add(Hash64.Compute(tokens.Token));
            }
        }
    }

    /// <summary>
    /// False where a token is longer than they may be; the hashes of those before it have been added.
    /// </summary>
    private static bool TryAddAscii(ReadOnlySpan<byte> text, ByteWriter scratch, HashSet64 hashes)
    {
        // Zeros behind the text end its last token and let whole blocks be read.
        scratch.Reset();
        var padded = scratch.Append(((text.Length / BlockLength) + 1) * BlockLength);
        Ascii.ToLower(text, padded, out _);
        padded[text.Length..].Clear();
        var start = 0;
        var isInToken = false;
        var isJoined = false;
        var wasWord = 0UL;
        for (var block = 0; block < padded.Length; block += BlockLength)
        {
            var words = WordBits(padded.Slice(block, BlockLength));
            // A bit where a run of word characters begins and one behind where it ends, in turn.
            var edges = words ^ ((words << 1) | wasWord);
            wasWord = words >> (BlockLength - 1);
            for (; edges != 0; edges &= edges - 1)
            {
                var at = block + BitOperations.TrailingZeroCount(edges);
                isInToken = !isInToken;
                if (isInToken)
                {
                    start = isJoined ? start : at;
                    continue;
                }

                isJoined = Joins(padded, at);
                if (!isJoined && !TryAddToken(padded[start..at], hashes))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool TryAddToken(ReadOnlySpan<byte> token, HashSet64 hashes)
    {
        if (token.Length > TokenReader.TokenCharsMax)
        {
            return false;
        }

        // Underscores alone are no token.
        if (token[0] != '_' || token.ContainsAnyExcept((byte)'_'))
        {
            hashes.Add(Hash64.Compute(token));
        }

        return true;
    }

    /// <summary>Whether the character behind a run of word characters joins it with the next: 1.2, it's, a:b.</summary>
    private static bool Joins(ReadOnlySpan<byte> text, int at) => text[at] switch
    {
        (byte)'.' or (byte)'\'' => (IsLetter(text[at - 1]) && IsLetter(text[at + 1]))
            || (IsDigit(text[at - 1]) && IsDigit(text[at + 1])),
        (byte)':' => IsLetter(text[at - 1]) && IsLetter(text[at + 1]),
        (byte)',' or (byte)';' => IsDigit(text[at - 1]) && IsDigit(text[at + 1]),
        _ => false,
    };

    private static bool IsLetter(byte lower) => (uint)(lower - 'a') <= 'z' - 'a';

    private static bool IsDigit(byte value) => (uint)(value - '0') <= 9;

    /// <summary>A bit for each of 64 lower-case characters: whether it is a letter, a digit or an underscore.</summary>
    private static ulong WordBits(ReadOnlySpan<byte> block) =>
        WordBits(Vector256.Create(block)) | ((ulong)WordBits(Vector256.Create(block[32..])) << 32);

    private static uint WordBits(Vector256<byte> block) => (
        Vector256.LessThanOrEqual(block - Vector256.Create((byte)'a'), Vector256.Create((byte)('z' - 'a')))
        | Vector256.LessThanOrEqual(block - Vector256.Create((byte)'0'), Vector256.Create((byte)9))
        | Vector256.Equals(block, Vector256.Create((byte)'_'))).ExtractMostSignificantBits();
}
