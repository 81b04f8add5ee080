namespace LogFlow.Agent;

/// <summary>The modes of files and sockets as configurations write them.</summary>
internal static class FileModes
{
    /// <summary>An octal mode such as <c>0640</c> or YAML's <c>0o640</c>; null where it is none.</summary>
    public static UnixFileMode? Parse(string text)
    {
        var mode = 0;
        foreach (var digit in text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text)
        {
            if (digit is < '0' or > '7' || mode > 0xFFF)
            {
                return null;
            }

            mode = (mode << 3) | (digit - '0');
        }

        return mode is > 0 and <= 0xFFF ? (UnixFileMode)mode : null;
    }
}
