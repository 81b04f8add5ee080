namespace LogFlow.Store;

/// <summary>
/// What stands between two values of a <see cref="PieceTemplate"/>: the same bytes in every row, or, if open, bytes of
/// the row's own between a prefix and a suffix.
/// </summary>
internal readonly record struct PieceGap(byte[] Prefix, bool IsOpen, byte[] Suffix)
{
    /// <summary>
    /// How many bytes of <paramref name="rest"/> are the row's own, where the suffix and then <paramref name="next"/>
    /// must follow; -1: they do not.
    /// </summary>
    public int MeasureHole(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> next)
    {
        const int triesMax = 8;
        var mark = Suffix.Length > 0 ? Suffix : next;
        var from = 0;
        for (var tries = 0; tries < triesMax; tries++)
        {
            var found = rest[from..].IndexOf(mark);
            if (found < 0)
            {
                return -1;
            }

            found += from;
            if (rest[(found + Suffix.Length)..].StartsWith(next))
            {
                return found;
            }

            from = found + 1;
        }

        return -1;
    }

    /// <summary>The same of the last gap: the suffix ends the text.</summary>
    public int MeasureLastHole(ReadOnlySpan<byte> rest) =>
        rest.EndsWith(Suffix) ? rest.Length - Suffix.Length : -1;
}
