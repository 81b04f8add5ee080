namespace LogFlow.Store;

/// <summary>Dotted quads that are written the only way <see cref="Format"/> writes them.</summary>
internal static class Ipv4Text
{
    public const int LengthMax = 15;

    public static bool TryParse(ReadOnlySpan<byte> text, out long address)
    {
        address = 0;
        if (text.Length is < 7 or > LengthMax)
        {
            return false;
        }

        var at = 0;
        for (var part = 0; part < 4; part++)
        {
            if (part > 0 && (at >= text.Length || text[at++] != '.'))
            {
                return false;
            }

            var value = 0;
            var start = at;
            while (at < text.Length && at - start < 3 && (uint)(text[at] - '0') <= 9)
            {
                value = (value * 10) + text[at++] - '0';
            }

            if (at == start || value > 255 || (text[start] == '0' && at - start > 1))
            {
                return false;
            }

            address = (address << 8) | (uint)value;
        }

        return at == text.Length;
    }

    public static int Format(long address, Span<byte> target)
    {
        var at = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            var value = (int)(address >> shift) & 255;
            if (value >= 100)
            {
                target[at++] = (byte)('0' + (value / 100));
            }

            if (value >= 10)
            {
                target[at++] = (byte)('0' + (value / 10 % 10));
            }

            target[at++] = (byte)('0' + (value % 10));
            if (shift > 0)
            {
                target[at++] = (byte)'.';
            }
        }

        return at;
    }
}
