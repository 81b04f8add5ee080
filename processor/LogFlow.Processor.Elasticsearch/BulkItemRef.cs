using LogFlow.Platform;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>One item of one <see cref="BulkRequest"/>; a bulk may carry items of several.</summary>
/// <param name="Lease">Its owner's lease of the request.</param>
/// <param name="Index">The item's place in it.</param>
public readonly record struct BulkItemRef(Lease<BulkRequest> Lease, int Index)
{
    /// <summary>The request it belongs to.</summary>
    /// <exception cref="ObjectDisposedException">The lease has been disposed.</exception>
    public BulkRequest Request => Lease.Value;

    internal ReadOnlyMemory<byte> Bytes => Request.GetItem(Index);
}
