using System.Text;

namespace LogFlow.Store;

/// <summary>Texts of which one token equals a term.</summary>
internal sealed class TokenPredicate : ValuePredicate
{
    private readonly byte[] _token;
    private readonly ulong _hash;
    private readonly bool _isAscii;

    // Cut out of a text by itself, the token is one token: a term query may ask for anything.
    private readonly bool _isWord;

    public TokenPredicate(byte[] token)
    {
        _token = token;
        _hash = Hash64.Compute(token);
        Condition = "word " + Convert.ToHexString(token);
        _isAscii = Ascii.IsValid(token);
        _isWord = _isAscii && token.Length < TokenReader.TokenCharsMax && MatchText(token);
    }

    public override ReadOnlySpan<byte> Needle => _isAscii ? _token : default;

    public override bool NeedleIgnoresCase => true;

    public override string Condition { get; }

    public override bool UsesBloom => true;

    public override bool MayMatchBloom(ReadOnlySpan<byte> bloom) => TokenBloom.MayContain(bloom, _hash);

    /// <summary>
    /// The needle is a token where no word goes on before or behind it: not by a letter, digit or underscore, nor by
    /// what joins two words. Only what goes before may have to be read: long tokens are cut.
    /// </summary>
    public override NeedleVerdict JudgeNeedle(ReadOnlySpan<byte> text, int at)
    {
        if (!_isWord)
        {
            return NeedleVerdict.Unknown;
        }

        var last = at + _token.Length - 1;
        if (GoesOn(ClassAt(text, at), ClassAt(text, at - 1), ClassAt(text, at - 2)))
        {
            var start = at - 1;
            while (ClassAt(text, start) != CharClass.Other)
            {
                start--;
            }

            return at - start <= TokenReader.TokenCharsMax ? NeedleVerdict.NoMatch : NeedleVerdict.Unknown;
        }

        return GoesOn(ClassAt(text, last), ClassAt(text, last + 1), ClassAt(text, last + 2))
            ? NeedleVerdict.NoMatch
            : NeedleVerdict.Match;
    }

    private static CharClass ClassAt(ReadOnlySpan<byte> text, int at) =>
        (uint)at < (uint)text.Length ? CharClasses.Ascii[text[at]] : CharClass.Other;

    /// <summary>Whether a word of ASCII goes on over its edge, in either direction.</summary>
    private static bool GoesOn(CharClass edge, CharClass neighbour, CharClass beyond) =>
        neighbour is CharClass.Letter or CharClass.Digit or CharClass.Underscore
        || TokenReader.Joins(edge, neighbour, beyond);

    public override bool MatchText(ReadOnlySpan<byte> text)
    {
        var tokens = new TokenReader(text, TokenScratch.Get());
        while (tokens.MoveNext())
        {
            if (tokens.Token.SequenceEqual(_token))
            {
                return true;
            }
        }

        return false;
    }

    public override void AddMarks(ReadOnlySpan<byte> text, List<(int Start, int End)> marks)
    {
        var tokens = new TokenReader(text, TokenScratch.Get());
        while (tokens.MoveNext())
        {
            if (tokens.Token.SequenceEqual(_token))
            {
                marks.Add((tokens.TokenStart, tokens.TokenEnd));
            }
        }
    }
}

/// <summary>Texts of which one token meets a predicate (prefix, wildcard, range on an analyzed field).</summary>
internal sealed class AnyTokenPredicate(ValuePredicate inner) : ValuePredicate
{
    public override bool MatchText(ReadOnlySpan<byte> text)
    {
        var tokens = new TokenReader(text, TokenScratch.Get());
        while (tokens.MoveNext())
        {
            if (inner.MatchText(tokens.Token))
            {
                return true;
            }
        }

        return false;
    }

    public override void AddMarks(ReadOnlySpan<byte> text, List<(int Start, int End)> marks)
    {
        var tokens = new TokenReader(text, TokenScratch.Get());
        while (tokens.MoveNext())
        {
            if (inner.MatchText(tokens.Token))
            {
                marks.Add((tokens.TokenStart, tokens.TokenEnd));
            }
        }
    }
}

/// <summary>Texts in which tokens stand one behind the other.</summary>
internal sealed class PhrasePredicate : ValuePredicate
{
    private readonly byte[][] _tokens;
    private readonly ulong[] _hashes;
    private readonly byte[] _needle;

    public PhrasePredicate(byte[][] tokens)
    {
        _tokens = tokens;
        Condition = "phrase " + string.Join(' ', tokens.Select(Convert.ToHexString));
        _hashes = [.. tokens.Select(token => Hash64.Compute(token))];
        _needle = tokens.Where(token => Ascii.IsValid(token)).MaxBy(token => token.Length) ?? [];
    }

    public override ReadOnlySpan<byte> Needle => _needle;

    public override bool NeedleIgnoresCase => true;

    public override string Condition { get; }

    public override bool UsesBloom => true;

    public override bool MayMatchBloom(ReadOnlySpan<byte> bloom)
    {
        foreach (var hash in _hashes)
        {
            if (!TokenBloom.MayContain(bloom, hash))
            {
                return false;
            }
        }

        return true;
    }

    public override bool MatchText(ReadOnlySpan<byte> text)
    {
        // Bit i of "open": the last i tokens are the phrase's first i. The phrase has at most 63 tokens.
        ulong open = 1;
        var tokens = new TokenReader(text, TokenScratch.Get());
        while (tokens.MoveNext())
        {
            ulong next = 1;
            for (var i = 0; i < _tokens.Length; i++)
            {
                if ((open & (1UL << i)) != 0 && tokens.Token.SequenceEqual(_tokens[i]))
                {
                    next |= 1UL << (i + 1);
                }
            }

            open = next;
            if ((open & (1UL << _tokens.Length)) != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Marks a phrase from its first word to its last.</summary>
    public override void AddMarks(ReadOnlySpan<byte> text, List<(int Start, int End)> marks)
    {
        ulong open = 1;
        var starts = new int[_tokens.Length];
        var count = 0;
        var tokens = new TokenReader(text, TokenScratch.Get());
        while (tokens.MoveNext())
        {
            ulong next = 1;
            starts[count++ % starts.Length] = tokens.TokenStart;
            for (var i = 0; i < _tokens.Length; i++)
            {
                if ((open & (1UL << i)) != 0 && tokens.Token.SequenceEqual(_tokens[i]))
                {
                    next |= 1UL << (i + 1);
                }
            }

            open = next;
            if ((open & (1UL << _tokens.Length)) != 0)
            {
                marks.Add((starts[count % starts.Length], tokens.TokenEnd));
            }
        }
    }
}

/// <summary>A buffer per thread for lower-cased tokens.</summary>
internal static class TokenScratch
{
    [ThreadStatic]
    private static ByteWriter? _scratch;

    public static ByteWriter Get() => _scratch ??= new ByteWriter();
}
