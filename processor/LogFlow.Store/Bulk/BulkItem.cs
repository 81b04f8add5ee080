namespace LogFlow.Store;

internal enum BulkOperation : byte
{
    Create,
    Index,
    Delete,
    Update,
}

/// <summary>One action of a bulk request, and what became of it. Positions are into the request's body.</summary>
internal struct BulkItem
{
    public BulkOperation Operation;

    /// <summary>HTTP status of the item: 0 until it is decided.</summary>
    public short Status;

    /// <summary>Status that the action line alone earns it; 0: it is looked at further.</summary>
    public short RefusedStatus;

    /// <summary>The action line names a pipeline, be it none.</summary>
    public bool HasPipeline;

    public bool HasQueueId;
    public BulkIndex? Index;
    public int IdStart;
    public int IdLength;

    /// <summary>An id that was written with escapes.</summary>
    public byte[]? UnescapedId;

    public DocumentId QueueId;
    public int DocumentStart;
    public int DocumentLength;
    public long Sequence;
    public DocumentProblem Problem;

    public readonly bool HasId => IdLength > 0 || UnescapedId is not null;

    public readonly ReadOnlySpan<byte> Id(ReadOnlySpan<byte> body) => UnescapedId ?? body.Slice(IdStart, IdLength);
}

/// <summary>A target of a bulk request.</summary>
internal sealed record BulkIndex(string Name, byte[] Utf8, string? Problem)
{
    /// <summary>Its part of the hash of (index, id).</summary>
    public ulong Hash { get; } = IdHash.OfIndex(Utf8);
}
