using System.Globalization;
using System.Text;

namespace LogFlow.Platform;

/// <summary>Bytes and times of dumped files as text.</summary>
public static class DumpText
{
    private const int ShownBytesMax = 400;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>UTF-8 as text, anything else as 0x and hexadecimal digits; long ones are cut and say so.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var shown = bytes[..Math.Min(bytes.Length, ShownBytesMax)];
        var cut = bytes.Length > shown.Length
            ? string.Create(CultureInfo.InvariantCulture, $"… ({bytes.Length} bytes)")
            : "";
        if (!shown.ContainsAnyInRange((byte)0, (byte)8) && TryText(shown, cut.Length > 0) is { } text)
        {
            return text + cut;
        }

        return string.Concat("0x", Convert.ToHexStringLower(shown), cut);
    }

    /// <summary>A time in ISO 8601; the number itself where it is none.</summary>
    public static object Time(long milliseconds) => milliseconds is > 0 and < 253_402_300_800_000
        ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString(
            "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
        : milliseconds;

    /// <summary>The text; null where it is not UTF-8. A cut may go through a character.</summary>
    private static string? TryText(ReadOnlySpan<byte> bytes, bool isCut)
    {
        for (var less = 0; less <= (isCut ? 3 : 0) && less <= bytes.Length; less++)
        {
            try
            {
                return Strict.GetString(bytes[..^less]);
            }
            catch (DecoderFallbackException)
            {
                // Not text, or one byte less of it is.
            }
        }

        return null;
    }
}
