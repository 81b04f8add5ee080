using System.Buffers;
using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A set of UTF-16 units, as a class in a pattern means it. ASCII is a bitmap. Beyond it a set holds all, none, or what
/// .NET's Regex says: it is asked once a character, so that its tables are the only ones.
/// </summary>
internal sealed class CharSet
{
    private const int AsciiCount = 128;

    private readonly ulong _low;
    private readonly ulong _high;
    private readonly Regex? _question;
    private readonly SearchValues<char>? _stops;
    private readonly SearchValues<char>? _members;

    // 0: not asked yet, 1: inside, 2: outside. Threads may ask twice and write the same.
    private byte[]? _answers;

    /// <summary>A set that holds all characters beyond ASCII or none.</summary>
    public CharSet(ulong low, ulong high, bool hasBeyond)
    {
        (_low, _high, HasBeyond) = (low, high, hasBeyond);
        IsAll = hasBeyond && (low & high) == ulong.MaxValue;
        if (hasBeyond)
        {
            _stops = SearchValues.Create(AsciiOf(~low, ~high));
        }
        else
        {
            _members = SearchValues.Create(AsciiOf(low, high));
        }
    }

    private CharSet(Regex question)
    {
        for (var c = 0; c < AsciiCount; c++)
        {
            if (question.IsMatch([(char)c]))
            {
                (c < 64 ? ref _low : ref _high) |= 1UL << c;
            }
        }
        _question = question;
        HasBeyond = true;
        _members = SearchValues.Create(AsciiOf(_low, _high));
    }

    /// <summary>Every character.</summary>
    public static CharSet Any { get; } = new(ulong.MaxValue, ulong.MaxValue, hasBeyond: true);

    /// <summary>Every character but the line feed.</summary>
    public static CharSet AnyOfLine { get; } = new(~(1UL << '\n'), ulong.MaxValue, hasBeyond: true);

    /// <summary>The ASCII characters of <c>\w</c>.</summary>
    public static CharSet AsciiWord { get; } = new(0x03FF_0000_0000_0000, 0x07FF_FFFE_87FF_FFFE, hasBeyond: false);

    /// <summary>Whether the set holds every character there is.</summary>
    public bool IsAll { get; }

    /// <summary>Whether there may be characters beyond ASCII in it.</summary>
    public bool HasBeyond { get; }

    /// <summary>The ASCII characters 0 to 63, a bit each.</summary>
    public ulong Low => _low;

    /// <summary>The ASCII characters 64 to 127, a bit each.</summary>
    public ulong High => _high;

    /// <summary>The one ASCII character in it; null when there are others.</summary>
    public char? Single => !HasBeyond && ulong.PopCount(_low) + ulong.PopCount(_high) == 1
        ? (char)(_low != 0 ? ulong.TrailingZeroCount(_low) : 64 + ulong.TrailingZeroCount(_high))
        : null;

    /// <summary>The set of one ASCII character.</summary>
    public static CharSet Of(char c) => c < 64
        ? new CharSet(1UL << c, 0, hasBeyond: false)
        : new CharSet(0, 1UL << c, hasBeyond: false);

    /// <summary>The set that a pattern of one character means to .NET's Regex.</summary>
    public static CharSet Ask(string pattern, bool ignoreCase) => new(new Regex(
        $@"\A{pattern}\z",
        RegexOptions.CultureInvariant | RegexOptions.Singleline
            | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None)));

    /// <summary>Whether the set holds a character.</summary>
    public bool Contains(char c) => c < AsciiCount
        ? ((c < 64 ? _low : _high) >> c & 1) != 0
        : HasBeyond && (_question is null || AskOnce(c));

    /// <summary>Whether every character of this set is one of the other's, which is of ASCII only.</summary>
    public bool IsWithin(CharSet ascii) => !HasBeyond && (_low & ~ascii._low) == 0 && (_high & ~ascii._high) == 0;

    /// <summary>How many characters from the start on belong to the set.</summary>
    public int CountLeading(ReadOnlySpan<char> text)
    {
        if (IsAll)
        {
            return text.Length;
        }
        if (_stops is not null)
        {
            var stop = text.IndexOfAny(_stops);
            return stop < 0 ? text.Length : stop;
        }
        var count = 0;
        while (true)
        {
            var stop = text[count..].IndexOfAnyExcept(_members!);
            if (stop < 0)
            {
                return text.Length;
            }
            count += stop;
            if (text[count] < AsciiCount || !Contains(text[count]))
            {
                return count;
            }
            count++;
        }
    }

    private static string AsciiOf(ulong low, ulong high) => string.Create(
        (int)(ulong.PopCount(low) + ulong.PopCount(high)), (low, high), static (span, bits) =>
        {
            var count = 0;
            for (var c = 0; c < AsciiCount; c++)
            {
                if (((c < 64 ? bits.low : bits.high) >> c & 1) != 0)
                {
                    span[count++] = (char)c;
                }
            }
        });

    private bool AskOnce(char c)
    {
        var answers = _answers ??= new byte[char.MaxValue + 1];
        if (answers[c] == 0)
        {
            answers[c] = (byte)(_question!.IsMatch([c]) ? 1 : 2);
        }
        return answers[c] == 1;
    }
}
