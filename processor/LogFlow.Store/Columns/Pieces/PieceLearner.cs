namespace LogFlow.Store;

/// <summary>
/// Finds out from some rows of a block how the texts of a column are put together from the values of others. What it
/// learns is a guess that only costs room where it is wrong: every row is compared before it is stored so.
/// </summary>
internal static class PieceLearner
{
    private const int SampleCount = 64;
    private const int DraftCountMax = 32;
    private const int TemplateCountMax = 8;

    /// <summary>The templates, the most frequent first; none: the texts have nothing of the others.</summary>
    public static PieceTemplate[] Learn(in ColumnSlice target, PieceSource[] sources)
    {
        var drafts = new List<PieceDraft>();
        var places = new List<PiecePlace>();
        var count = Math.Min(SampleCount, target.Count);
        for (var sample = 0; sample < count; sample++)
        {
            var index = (int)((long)sample * target.Count / count);
            var text = target.Text(index);
            Place(text, sources, target.Rows[index], places);
            if (places.Count == 0)
            {
                continue;
            }

            if (drafts.Find(draft => draft.HasOrderOf(places)) is { } known)
            {
                known.Widen(text, places);
            }
            else if (drafts.Count < DraftCountMax)
            {
                drafts.Add(new PieceDraft(text, places));
            }
        }

        return [.. drafts.Where(static draft => draft.Count > 1).OrderByDescending(static draft => draft.Count)
            .Take(TemplateCountMax).Select(static draft => draft.Finish())];
    }

    /// <summary>Finds the sources' values in a text, the longest first, none over another.</summary>
    private static void Place(ReadOnlySpan<byte> text, PieceSource[] sources, int row, List<PiecePlace> places)
    {
        places.Clear();
        Span<long> order = stackalloc long[PiecePlanner.SourceCountMax];
        var count = 0;
        for (var i = 0; i < sources.Length; i++)
        {
            // The index makes the order the same in all rows: of twins (source.address, source.ip) one is taken.
            if (sources[i].TryGet(row, out var value) && value.Length > 0 && value.Length <= text.Length)
            {
                order[count++] = ((long)-value.Length << 16) | (uint)i;
            }
        }

        order = order[..count];
        order.Sort();
        foreach (var key in order)
        {
            var source = (int)(key & ushort.MaxValue);
            if (sources[source].TryGet(row, out var value) && HasWord(value)
                && Find(text, value, places) is >= 0 and var start)
            {
                places.Add(new PiecePlace(start, value.Length, source));
            }
        }

        places.Sort(static (first, second) => first.Start.CompareTo(second.Start));
    }

    private static int Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> value, List<PiecePlace> places)
    {
        for (var from = 0; from + value.Length <= text.Length;)
        {
            var found = text[from..].IndexOf(value);
            if (found < 0)
            {
                return -1;
            }

            var start = from + found;
            if (StandsAlone(text, start, start + value.Length) && !IsTaken(places, start, start + value.Length))
            {
                return start;
            }

            from = start + 1;
        }

        return -1;
    }

    private static bool IsTaken(List<PiecePlace> places, int start, int end)
    {
        foreach (var place in places)
        {
            if (start < place.End && place.Start < end)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether no word or number goes on over the ends of the value.</summary>
    private static bool StandsAlone(ReadOnlySpan<byte> text, int start, int end) =>
        (start == 0 || !PieceDraft.IsOfWord(text[start - 1]) || !PieceDraft.IsOfWord(text[start]))
        && (end == text.Length || !PieceDraft.IsOfWord(text[end]) || !PieceDraft.IsOfWord(text[end - 1]));

    private static bool HasWord(ReadOnlySpan<byte> value)
    {
        foreach (var letter in value)
        {
            if (PieceDraft.IsOfWord(letter))
            {
                return true;
            }
        }

        return false;
    }
}
