using System.Globalization;

namespace LogFlow.Hosting;

/// <summary>
/// A number of bytes, as configuration writes it: <c>16384</c>, <c>10MB</c>, <c>10MiB</c>, <c>1 GB</c>. As in Filebeat
/// (go-humanize), KB/MB/GB are powers of 1000 and KiB/MiB/GiB of 1024.
/// </summary>
public readonly record struct ByteSize(long Bytes)
{
    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("kib", 1L << 10), ("mib", 1L << 20), ("gib", 1L << 30), ("tib", 1L << 40),
        ("kb", 1000L), ("mb", 1000_000L), ("gb", 1000_000_000L), ("tb", 1000_000_000_000L),
        ("k", 1000L), ("m", 1000_000L), ("g", 1000_000_000L), ("b", 1L),
    ];

    public static implicit operator ByteSize(long bytes) => new(bytes);

    /// <summary>Reads a size; false where <paramref name="text"/> is not one.</summary>
    public static bool TryParse(string text, out ByteSize size)
    {
        size = default;
        var number = text.AsSpan().Trim();
        long factor = 1;
        foreach (var (suffix, value) in Units)
        {
            if (number.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                number = number[..^suffix.Length].TrimEnd();
                factor = value;
                break;
            }
        }

        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (!decimal.TryParse(number, Style, CultureInfo.InvariantCulture, out var count)
            || count < 0
            || count * factor > long.MaxValue)
        {
            return false;
        }

        size = new ByteSize((long)(count * factor));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Bytes.ToString(CultureInfo.InvariantCulture);
}
