namespace LogFlow.Agent;

/// <summary>
/// What the registry keeps of one incarnation of a file: from its creation, or its truncation, to the next.
/// Owned by <see cref="Registry"/>: changed under its lock only, and through it.
/// </summary>
internal sealed class FileState
{
    /// <summary>No partition was chosen yet, because nothing was read.</summary>
    public const int PartitionUnknown = -1;

    /// <summary>The incarnation's number, unique in this registry for ever.</summary>
    public required long Generation { get; init; }

    /// <summary>The input that reads it; another input reads the same file on its own account.</summary>
    public required string InputId { get; init; }

    /// <summary>The partition that all of its lines go to.</summary>
    public required int Partition { get; set; }

    /// <summary>Device, inode, birth.</summary>
    public required FileIdentity Identity { get; set; }

    /// <summary>Where it was last seen.</summary>
    public required string Path { get; set; }

    /// <summary>How it begins.</summary>
    public ContentMark Head { get; set; }

    /// <summary>Everything before this byte is acknowledged by the queue, or was left out by a filter.</summary>
    public long AckedPosition { get; set; }

    /// <summary>Checksum of the bytes before <see cref="AckedPosition"/>, 256 at most.</summary>
    public uint TailCrc { get; set; }

    /// <summary>When <see cref="AckedPosition"/> last moved, ms since 1970; for <c>clean_inactive</c>.</summary>
    public long UpdatedMs { get; set; }
}
