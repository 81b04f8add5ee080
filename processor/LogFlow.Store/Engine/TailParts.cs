namespace LogFlow.Store;

/// <summary>
/// The tail as it was when a bulk had been taken in: its finished blocks, and the open ones up to there.
/// </summary>
internal sealed record TailParts(
    IReadOnlyList<MemoryBlock> Closed, IReadOnlyList<OpenPart> Open, long DocumentCount, long RawBytes)
{
    public static TailParts Empty { get; } = new([], [], 0, 0);

    /// <summary>Adds all documents as blocks; false where an open block is gone: there is a newer state.</summary>
    public bool TryAddBlocks(ColumnEncoder encoder, List<MemoryBlock> blocks)
    {
        blocks.AddRange(Closed);
        foreach (var part in Open)
        {
            if (part.TryView(encoder) is not { } view)
            {
                return false;
            }

            blocks.Add(view);
        }

        return true;
    }
}
