using System.Globalization;
using System.Text;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>Text as it is typed at a prompt: <c>\n \r \t \\ \xNN</c> stand for bytes that are hard to type.</summary>
internal static class TextEscapes
{
    /// <summary>The bytes that are meant, in UTF-8.</summary>
    /// <exception cref="StartupException">An escape is none of these.</exception>
    public static byte[] Expand(string text)
    {
        var bytes = new List<byte>(text.Length);
        var literal = 0;
        for (var at = text.IndexOf('\\'); at >= 0; at = text.IndexOf('\\', literal))
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(text[literal..at]));
            var (value, length) = Escape(text, at);
            bytes.Add(value);
            literal = at + length;
        }

        bytes.AddRange(Encoding.UTF8.GetBytes(text[literal..]));
        return [.. bytes];
    }

    private static (byte Value, int Length) Escape(string text, int at)
    {
        const int hexLength = 4;
        var letter = at + 1 < text.Length ? text[at + 1] : '\0';
        if (letter == 'x'
            && at + hexLength <= text.Length
            && byte.TryParse(
                text.AsSpan(at + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return (value, hexLength);
        }

        return letter switch
        {
            'n' => ((byte)'\n', 2),
            'r' => ((byte)'\r', 2),
            't' => ((byte)'\t', 2),
            '\\' => ((byte)'\\', 2),
            _ => throw new StartupException($"'{text}': after a \\ comes n, r, t, \\ or xNN", 2),
        };
    }
}
