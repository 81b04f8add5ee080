namespace LogFlow.Store;

/// <summary>A block that takes rows, of one day.</summary>
internal sealed class OpenBlock(BlockBuilder builder)
{
    /// <summary>
    /// Guards the builder between the row that is being added and a search that looks at published rows. Held for one
    /// row, or for one view.
    /// </summary>
    private readonly Lock _gate = new();

    private bool _isGone;

    /// <summary>The builder; only the tail adds to it.</summary>
    public BlockBuilder Builder { get; } = builder;

    /// <summary>The part that was published last; null: none of its rows was.</summary>
    public OpenPart? Published { get; private set; }

    public void Append(ReadOnlySpan<byte> document, DocumentTape tape, in RowIdentity identity)
    {
        lock (_gate)
        {
            Builder.Append(document, tape, identity);
        }
    }

    /// <summary>The rows so far, for searches.</summary>
    public OpenPart Publish()
    {
        if (Published is null || Published.Summary.RowCount != Builder.RowCount)
        {
            Published = new OpenPart(this, Builder.Summarize());
        }

        return Published;
    }

    /// <summary>The first rows as a block; null where they are gone.</summary>
    public MemoryBlock? TryView(ColumnEncoder encoder, in BlockSummary summary)
    {
        lock (_gate)
        {
            return _isGone ? null : Builder.Encode(encoder, level: 0, summary);
        }
    }

    /// <summary>The builder is used for other rows from now on. Only after a newer state was published.</summary>
    public BlockBuilder Recycle()
    {
        lock (_gate)
        {
            _isGone = true;
            Builder.Reset();
            return Builder;
        }
    }
}
