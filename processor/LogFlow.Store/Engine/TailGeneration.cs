namespace LogFlow.Store;

/// <summary>
/// The documents between two seals: what one commit makes durable. It grows under the ingest turn; once cut, it changes
/// no more.
/// </summary>
internal sealed class TailGeneration
{
    public List<(long Day, MemoryBlock Block)> Blocks { get; } = [];

    /// <summary>Hashes of (index, id) of other senders' documents; 128 bits, so a collision will not happen.</summary>
    public HashSet<UInt128> Ids { get; } = [];

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

    /// <summary>Positions when it was cut.</summary>
    public IReadOnlyList<PartitionPosition> Positions { get; set; } = [];

    /// <summary>The sequence of the first document after it.</summary>
    public long NextSequence { get; set; }
}
