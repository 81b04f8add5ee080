namespace LogFlow.Agent;

/// <summary>What the agent is doing, for status lines.</summary>
public sealed record AgentStatus
{
    /// <summary>Files that are known and match.</summary>
    public required int FilesWatched { get; init; }

    /// <summary>Files that are open.</summary>
    public required int FilesOpen { get; init; }

    /// <summary>Lines read since the start.</summary>
    public required long LinesRead { get; init; }

    /// <summary>Bytes of files read since the start.</summary>
    public required long BytesRead { get; init; }

    /// <summary>Lines that the queue acknowledged since the start.</summary>
    public required long LinesAcknowledged { get; init; }

    /// <summary>Lines that were cut to the limit.</summary>
    public required long LinesTruncated { get; init; }

    /// <summary>Lines that were sent again without the queue being able to drop repetitions.</summary>
    public required long LinesUncertain { get; init; }

    /// <summary>Lines that could be read no more when their fate was unknown.</summary>
    public required long LinesPossiblyLost { get; init; }

    /// <summary>Errors: files that cannot be read, batches that were refused.</summary>
    public required long Errors { get; init; }

    /// <summary>Bytes of files that vanished before they were read, or could not be sent again.</summary>
    public required long BytesLost { get; init; }

    /// <summary>Bytes of all files that the queue does not have yet.</summary>
    public required long BytesBehind { get; init; }

    /// <summary>Bytes of events in memory.</summary>
    public required long BytesInMemory { get; init; }

    /// <summary>The queue was reached and reading has begun.</summary>
    public required bool IsConnected { get; init; }
}
