namespace LogFlow.Appliance;

/// <summary>Text from elsewhere on its way to a terminal, which must not obey it.</summary>
internal static class TerminalText
{
    /// <summary>Puts spaces in place of control characters (escape sequences, line breaks), tabs excepted.</summary>
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.AsSpan().ContainsAnyInRange('\u007f', '\u009f'))
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
                    var letter => letter,
                };
            }
        });
    }
}
