namespace LogFlow.Store;

/// <summary>
/// How texts of a column are put together from values that other columns of the row hold: gap 0, value 0, gap 1, …,
/// value n - 1, gap n.
/// </summary>
internal sealed class PieceTemplate(int[] sources, PieceGap[] gaps)
{
    /// <summary>The columns that the values are of, as indices of the sources at hand.</summary>
    public int[] Sources { get; } = sources;

    /// <summary>One more than there are sources.</summary>
    public PieceGap[] Gaps { get; } = gaps;

    /// <summary>
    /// Whether the row's text is put together so; then <paramref name="holes"/> says, gap by gap, where the bytes of
    /// its own stand in it.
    /// </summary>
    public bool TryMatch(
        ReadOnlySpan<byte> text, PieceSource[] sources, int row, Span<(int Start, int Length)> holes)
    {
        var at = 0;
        for (var i = 0; i < Gaps.Length; i++)
        {
            var gap = Gaps[i];
            var isLast = i == Sources.Length;
            ReadOnlySpan<byte> value = default;
            if (!text[at..].StartsWith(gap.Prefix) || (!isLast && !sources[Sources[i]].TryGet(row, out value)))
            {
                return false;
            }

            at += gap.Prefix.Length;
            if (gap.IsOpen)
            {
                var rest = text[at..];
                var length = isLast ? gap.MeasureLastHole(rest) : gap.MeasureHole(rest, value);
                if (length < 0)
                {
                    return false;
                }

                holes[i] = (at, length);
                at += length + gap.Suffix.Length;
            }

            if (isLast)
            {
                break;
            }

            if (!text[at..].StartsWith(value))
            {
                return false;
            }

            at += value.Length;
        }

        return at == text.Length;
    }
}
