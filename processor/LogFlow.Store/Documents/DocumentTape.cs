namespace LogFlow.Store;

/// <summary>A parsed document, before it goes into the block of its day. Reused for every document.</summary>
internal sealed class DocumentTape
{
    private TapeEntry[] _entries = new TapeEntry[64];

    public ByteWriter Scratch { get; } = new();

    public int Count { get; private set; }

    public ReadOnlySpan<TapeEntry> Entries => _entries.AsSpan(0, Count);

    /// <summary><c>@timestamp</c> in milliseconds.</summary>
    public long TimestampMs { get; set; }

    public bool HasTimestamp { get; set; }

    public void Reset()
    {
        Count = 0;
        Scratch.Reset();
        HasTimestamp = false;
    }

    public ref TapeEntry Add(FieldNode node, StoredKind kind)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        ref var entry = ref _entries[Count++];
        entry = default;
        entry.Node = node;
        entry.Kind = kind;
        return ref entry;
    }

    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> document, in TapeEntry entry) =>
        (entry.IsInScratch ? Scratch.Written : document).Slice(entry.Start, entry.Length);
}
