using System.Globalization;
using System.Text;

namespace LogFlow.Store;

/// <summary>The word-break property of a character (Unicode UAX #29), as far as log text needs it.</summary>
internal enum CharClass : byte
{
    Other,
    Letter,
    Digit,
    Underscore,
    MidLetter,
    MidNumber,
    MidBoth,
    Extend,
    Katakana,

    /// <summary>Ideographs, hiragana and emoji: a token each.</summary>
    Single,
}

internal static class CharClasses
{
    /// <summary>In <see cref="WordTraits"/>: an ASCII letter, digit or underscore, and which of these.</summary>
    public const byte IsWord = 1;
    public const byte IsUpper = 2;
    public const byte IsAlphanumeric = 4;

    private static readonly CharClass[] AsciiTable = BuildAscii();
    private static readonly byte[] WordTraitTable = BuildWordTraits();

    public static ReadOnlySpan<CharClass> Ascii => AsciiTable;

    /// <summary>For each byte; 0 for all that are not ASCII word characters.</summary>
    public static ReadOnlySpan<byte> WordTraits => WordTraitTable;

    public static CharClass Of(Rune rune)
    {
        var value = rune.Value;
        if (value < 128)
        {
            return AsciiTable[value];
        }

        switch (value)
        {
            case 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2027 or 0xFE13 or 0xFE55 or 0xFF1A:
                return CharClass.MidLetter;
            case 0x2018 or 0x2019 or 0x2024 or 0xFE52 or 0xFF07 or 0xFF0E:
                return CharClass.MidBoth;
            case 0x37E or 0x589 or 0x60C or 0x60D or 0x66C or 0x7F8 or 0x2044 or 0xFE10 or 0xFE14 or 0xFE50 or 0xFE54
                or 0xFF0C or 0xFF1B:
                return CharClass.MidNumber;
            case (>= 0x30A0 and <= 0x30FF) or (>= 0x31F0 and <= 0x31FF) or (>= 0xFF66 and <= 0xFF9D)
                or (>= 0x3031 and <= 0x3035) or 0x309B or 0x309C:
                return value is 0x30FB ? CharClass.Other : CharClass.Katakana;
            case (>= 0x3041 and <= 0x309F) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF)
                or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF) or 0x3005 or 0x3007:
            case (>= 0x1F300 and <= 0x1F3FA) or (>= 0x1F400 and <= 0x1F64F) or (>= 0x1F680 and <= 0x1F6FF)
                or (>= 0x1F900 and <= 0x1FAFF) or (>= 0x2600 and <= 0x27BF):
                return CharClass.Single;
            case >= 0x1F3FB and <= 0x1F3FF:
                // Skin tones belong to the emoji before them.
                return CharClass.Extend;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber =>
                CharClass.Letter,
            UnicodeCategory.DecimalDigitNumber => CharClass.Digit,
            UnicodeCategory.ConnectorPunctuation => CharClass.Underscore,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format => CharClass.Extend,
            _ => CharClass.Other,
        };
    }

    private static byte[] BuildWordTraits()
    {
        var table = new byte[256];
        for (var c = 0; c < 128; c++)
        {
            var isAlphanumeric = char.IsAsciiLetterOrDigit((char)c);
            table[c] = (byte)((isAlphanumeric || c == '_' ? IsWord : 0) | (isAlphanumeric ? IsAlphanumeric : 0)
                | (char.IsAsciiLetterUpper((char)c) ? IsUpper : 0));
        }

        return table;
    }

    private static CharClass[] BuildAscii()
    {
        var table = new CharClass[128];
        for (var c = 0; c < 128; c++)
        {
            table[c] = char.IsAsciiLetter((char)c) ? CharClass.Letter
                : char.IsAsciiDigit((char)c) ? CharClass.Digit
                : (char)c switch
                {
                    '_' => CharClass.Underscore,
                    '.' or '\'' => CharClass.MidBoth,
                    ':' => CharClass.MidLetter,
                    ',' or ';' => CharClass.MidNumber,
                    _ => CharClass.Other,
                };
        }

        return table;
    }
}
