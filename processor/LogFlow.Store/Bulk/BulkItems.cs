namespace LogFlow.Store;

/// <summary>A parsed bulk request. The body belongs to the caller and outlives it; the items are pooled.</summary>
internal sealed class BulkItems(ReadOnlyMemory<byte> body, BulkItem[] items, int count) : IDisposable
{
    private BulkItem[] _items = items;

    public ReadOnlyMemory<byte> Body { get; } = body;

    public Span<BulkItem> Items => _items.AsSpan(0, count);

    public int Count => count;

    /// <summary>The header <c>X-LogFlow-Positions</c>; null for senders that are not LogFlow's processor.</summary>
    public PositionClaim[]? Claims { get; init; }

    /// <summary>Some ids are of the sender's own choice, so that they have to be looked up.</summary>
    public bool HasForeignIds
    {
        get
        {
            foreach (ref readonly var item in Items)
            {
                if (item.HasId && !item.HasQueueId)
                {
                    return true;
                }
            }

            return false;
        }
    }

    public void Dispose()
    {
        BulkParser.Return(_items);
        _items = [];
    }
}
