namespace LogFlow.Store;

/// <summary>What the store adds to a document: its place in the order of arrival, its index, its id.</summary>
internal ref struct RowIdentity
{
    public long Sequence;
    public ReadOnlySpan<byte> Index;

    /// <summary>Set where <see cref="HasQueueId"/>.</summary>
    public DocumentId QueueId;
    public bool HasQueueId;

    /// <summary>An id that is not the processor's; empty: made from the sequence.</summary>
    public ReadOnlySpan<byte> ExplicitId;

    /// <summary>The topic id's text; the caller caches it.</summary>
    public ReadOnlySpan<byte> Topic;
}
