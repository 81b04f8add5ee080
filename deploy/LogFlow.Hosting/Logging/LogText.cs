using System.Buffers;
using System.Globalization;
using System.Text;

namespace LogFlow.Hosting;

/// <summary>
/// Text from elsewhere (file names, what peers answer, log lines) on its way into our log or onto a terminal: it must
/// neither command the terminal, nor forge a line, nor change the order in which the eye reads.
/// </summary>
public static class LogText
{
    /// <summary>
    /// C0, DEL, C1, line and paragraph separators, and the bidi marks (Unicode TR 36, "bidi spoofing").
    /// </summary>
    private static readonly SearchValues<char> Unsafe = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Select(static code => (char)code),
        .. Enumerable.Range(0x7f, 0x21).Select(static code => (char)code),
        '\u061c', '\u200e', '\u200f', '\u2028', '\u2029', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e',
        '\u2066', '\u2067', '\u2068', '\u2069',
    ]);

    /// <summary>The text with what is unsafe written as an escape: <c>\n</c>, <c>\t</c>, <c>\u001b</c>.</summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAny(Unsafe))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '\n' => safe.Append("\\n"),
                '\r' => safe.Append("\\r"),
                '\t' => safe.Append("\\t"),
                _ when Unsafe.Contains(letter) => safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => safe.Append(letter),
            };
        }

        return safe.ToString();
    }
}
