using System.Buffers;
using System.Text;

namespace LogFlow.Store;

/// <summary>
/// Elasticsearch's standard analyzer on UTF-8: words by Unicode UAX #29 as Lucene's StandardTokenizer cuts them,
/// lower-cased. Exact for ASCII; other scripts by general category. <c>foo.bar</c> and <c>1.2.3.4</c> and <c>a_b</c>
/// are one token, <c>foo-bar</c> and <c>foo.1</c> two.
/// </summary>
/// <param name="text">The text, valid UTF-8.</param>
/// <param name="scratch">Holds a token's lower-case form where it differs from the text.</param>
internal ref struct TokenReader(ReadOnlySpan<byte> text, ByteWriter scratch)
{
    /// <summary>Longer tokens are cut. Matches the standard analyzer's <c>max_token_length</c>.</summary>
    public const int TokenCharsMax = 255;

    private readonly ReadOnlySpan<byte> _text = text;
    private readonly ByteWriter _scratch = scratch;
    private int _at;

    /// <summary>The token, lower-cased; valid until the next call.</summary>
    public ReadOnlySpan<byte> Token { get; private set; }

    public int TokenStart { get; private set; }

    public readonly int TokenEnd => _at;

    public bool MoveNext()
    {
        while (_at < _text.Length)
        {
            var first = ClassAt(_at, out var width);
            if (first is CharClass.Letter or CharClass.Digit or CharClass.Underscore or CharClass.Katakana)
            {
                TokenStart = _at;
                if (ReadWord())
                {
                    return true;
                }

                continue;
            }

            var start = _at;
            _at += width;
            if (first == CharClass.Single)
            {
                SkipExtend();
                TokenStart = start;
                SetToken(hasUpper: false, isAscii: false);
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads from <see cref="TokenStart"/>; false for underscores alone, which are no token.</summary>
    private bool ReadWord()
    {
        var previous = CharClass.Other;
        var hasUpper = false;
        var isAscii = true;
        var hasWord = false;
        var chars = 0;
        while (_at < _text.Length && chars < TokenCharsMax)
        {
            // ASCII letters, digits and underscores continue whatever came before, katakana excepted.
            if (previous != CharClass.Katakana)
            {
                var start = _at;
                var traits = SkipWordBytes(Math.Min(_text.Length, _at + TokenCharsMax - chars));
                if (_at > start)
                {
                    chars += _at - start;
                    hasUpper |= (traits & CharClasses.IsUpper) != 0;
                    hasWord |= (traits & CharClasses.IsAlphanumeric) != 0;
                    previous = CharClasses.Ascii[_text[_at - 1]];
                    continue;
                }
            }

            var value = _text[_at];
            var width = 1;
            CharClass current;
            if (value < 128)
            {
                current = CharClasses.Ascii[value];
                hasUpper |= (CharClasses.WordTraits[value] & CharClasses.IsUpper) != 0;
            }
            else
            {
                current = ClassAt(_at, out width);
            }

            if (current == CharClass.Extend)
            {
                isAscii = false;
            }
            else if (!Continues(previous, current, _at + width))
            {
                break;
            }
            else
            {
                if (value >= 128)
                {
                    isAscii = false;
                }

                hasWord |= current is CharClass.Letter or CharClass.Digit or CharClass.Katakana;
                previous = current;
            }

            _at += width;
            chars += width == 4 ? 2 : 1;
        }

        if (hasWord)
        {
            SetToken(hasUpper, isAscii);
        }

        return hasWord;
    }

    /// <summary>Moves over ASCII word bytes; what they are together, as <see cref="CharClasses.WordTraits"/>.</summary>
    private byte SkipWordBytes(int end)
    {
        var word = CharClasses.WordTraits;
        var text = _text[_at..end];
        byte traits = 0;
        var length = 0;
        for (; length < text.Length; length++)
        {
            var trait = word[text[length]];
            if (trait == 0)
            {
                break;
            }

            traits |= trait;
        }

        _at += length;
        return traits;
    }

    private readonly bool Continues(CharClass previous, CharClass current, int next)
    {
        switch (current)
        {
            case CharClass.Letter or CharClass.Digit:
                return previous != CharClass.Katakana;
            case CharClass.Underscore:
                return true;
            case CharClass.Katakana:
                return previous is CharClass.Other or CharClass.Katakana or CharClass.Underscore;
            case CharClass.MidLetter or CharClass.MidNumber or CharClass.MidBoth:
                return Joins(previous, current, NextClass(next));
            default:
                return false;
        }
    }

    /// <summary>Whether a character between two others makes one word of them: <c>a.b</c>, <c>1,5</c>.</summary>
    public static bool Joins(CharClass previous, CharClass middle, CharClass next) => middle switch
    {
        CharClass.MidLetter => previous == CharClass.Letter && next == CharClass.Letter,
        CharClass.MidNumber => previous == CharClass.Digit && next == CharClass.Digit,
        CharClass.MidBoth => previous is CharClass.Letter or CharClass.Digit && next == previous,
        _ => false,
    };

    private readonly CharClass NextClass(int at)
    {
        while (at < _text.Length)
        {
            var current = ClassAt(at, out var width);
            if (current != CharClass.Extend)
            {
                return current;
            }

            at += width;
        }

        return CharClass.Other;
    }

    private void SkipExtend()
    {
        while (_at < _text.Length && ClassAt(_at, out var width) == CharClass.Extend)
        {
            _at += width;
        }
    }

    private readonly CharClass ClassAt(int at, out int width)
    {
        var value = _text[at];
        if (value < 128)
        {
            width = 1;
            return CharClasses.Ascii[value];
        }

        Rune.DecodeFromUtf8(_text[at..], out var rune, out width);
        return CharClasses.Of(rune);
    }

    private void SetToken(bool hasUpper, bool isAscii)
    {
        var raw = _text[TokenStart.._at];
        if (isAscii)
        {
            if (!hasUpper)
            {
                Token = raw;
                return;
            }

            _scratch.Reset();
            var lower = _scratch.Append(raw.Length);
            Ascii.ToLower(raw, lower, out _);
            Token = _scratch.Written;
            return;
        }

        _scratch.Reset();
        LowerCase(raw, _scratch);
        Token = _scratch.Written;
    }

    /// <summary>Appends the lower-case form, character by character as Java's Character.toLowerCase.</summary>
    public static void LowerCase(ReadOnlySpan<byte> text, ByteWriter output)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out var rune, out var width) == OperationStatus.Done)
            {
                var lower = Rune.ToLowerInvariant(rune);
                output.Advance(lower.EncodeToUtf8(output.GetSpan(4)));
            }

            text = text[width..];
        }
    }
}
