namespace LogFlow.Store;

/// <summary>The documents between two seals: what one commit makes durable.</summary>
internal sealed class TailGeneration
{
    public List<(long Day, MemoryBlock Block)> Blocks { get; } = [];

    /// <summary>Hashes of the ids that other senders chose; 128 bits, so a collision will not happen.</summary>
    public HashSet<UInt128> ExplicitIds { get; } = [];

    public long RawBytes { get; set; }

    public long DocumentCount { get; set; }

    /// <summary>There are positions, or documents, that no commit holds yet.</summary>
    public bool IsDirty { get; set; }

    /// <summary>When it became dirty: TimeProvider timestamp.</summary>
    public long DirtySince { get; set; }

    /// <summary>Set when the generation no longer takes documents.</summary>
    public TaskCompletionSource Cut { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set when its documents are durable; faulted when the store failed.</summary>
    public TaskCompletionSource Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Someone waits for <see cref="Durable"/>: it is sealed at once.</summary>
    public bool IsSealWanted { get; set; }

    public IReadOnlyList<PartitionPosition> Positions { get; set; } = [];
}
