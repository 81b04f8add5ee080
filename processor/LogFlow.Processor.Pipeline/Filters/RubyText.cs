namespace LogFlow.Processor.Pipeline;

/// <summary>Ruby's operations on texts.</summary>
internal static class RubyText
{
    private static readonly char[] Blanks = [' ', '\t', '\n', '\v', '\f', '\r', '\0'];

    // Unicode's SpecialCasing: letters of which the large form is several.
    private static readonly Dictionary<char, string> LargeForms = new()
    {
        ['ß'] = "SS",
        ['ŉ'] = "ʼN",
        ['ﬀ'] = "FF",
        ['ﬁ'] = "FI",
        ['ﬂ'] = "FL",
        ['ﬃ'] = "FFI",
        ['ﬄ'] = "FFL",
        ['ﬅ'] = "ST",
        ['ﬆ'] = "ST",
    };

    /// <summary>Ruby's <c>upcase</c>: all letters large, ß as SS.</summary>
    public static string Upcase(string text)
    {
        var large = text.ToUpperInvariant();
        return large.Any(LargeForms.ContainsKey)
            ? string.Concat(large.Select(static letter => LargeForms.GetValueOrDefault(letter) ?? letter.ToString()))
            : large;
    }

    /// <summary>Ruby's <c>capitalize</c>: the first letter large, the others small.</summary>
    public static string Capitalize(string text) => text.Length == 0
        ? text
        : string.Concat(text[..1].ToUpperInvariant(), text[1..].ToLowerInvariant());

    /// <summary>Ruby's <c>strip</c>: without blanks and NULs around.</summary>
    public static string Strip(string text) => text.Trim(Blanks);

    /// <summary>Ruby's <c>split</c>: a single blank splits at any run of blanks; empty parts at the end go.</summary>
    public static string[] Split(string text, string separator)
    {
        var parts = separator switch
        {
            " " => text.Split(Blanks[..6], StringSplitOptions.RemoveEmptyEntries),
            "" => [.. text.Select(c => c.ToString())],
            _ => text.Split(separator),
        };
        var count = parts.Length;
        while (count > 0 && parts[count - 1].Length == 0)
        {
            count--;
        }
        return count == parts.Length ? parts : parts[..count];
    }
}
