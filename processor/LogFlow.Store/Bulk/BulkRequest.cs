namespace LogFlow.Store;

/// <summary>A parsed bulk request. The body belongs to the caller and outlives it.</summary>
internal sealed class BulkRequest(ReadOnlyMemory<byte> body, BulkItem[] items, int count)
{
    public ReadOnlyMemory<byte> Body { get; } = body;

    public Span<BulkItem> Items => items.AsSpan(0, count);

    public int Count => count;

    /// <summary>The header <c>X-LogFlow-Positions</c>; null for senders that are not LogFlow's processor.</summary>
    public PositionClaim[]? Claims { get; init; }
}
