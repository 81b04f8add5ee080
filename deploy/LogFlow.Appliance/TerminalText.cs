namespace LogFlow.Appliance;

/// <summary>Text from elsewhere on its way to a terminal, which must not obey it.</summary>
internal static class TerminalText
{
    private static readonly System.Buffers.SearchValues<char> Directions = System.Buffers.SearchValues.Create(
        "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069");

    /// <summary>
    /// Puts spaces in place of control characters (escape sequences, line breaks), tabs excepted, and a visible mark in
    /// place of those that turn the direction of what follows: a line must read as it is written.
    /// </summary>
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.AsSpan().ContainsAnyInRange('\u007f', '\u009f')
            && !text.AsSpan().ContainsAnyInRange('\u2028', '\u202e') && !text.AsSpan().ContainsAny(Directions))
        {
            return text;
        }

        return string.Create(text.Length, text, static (span, source) =>
        {
            for (var index = 0; index < source.Length; index++)
            {
                span[index] = source[index] switch
                {
                    '\t' => '\t',
                    var letter when char.IsControl(letter) => ' ',
                    '\u2028' or '\u2029' => ' ',
                    var letter when Directions.Contains(letter) => '\ufffd',
                    var letter => letter,
                };
            }
        });
    }
}
