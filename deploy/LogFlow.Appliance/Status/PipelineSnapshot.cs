using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>Where the lines are at one moment, over all parts of the process.</summary>
internal sealed record PipelineSnapshot
{
    /// <summary>Files that the agent knows.</summary>
    public long FilesWatched { get; init; }

    /// <summary>Lines read since the start.</summary>
    public long LinesRead { get; init; }

    /// <summary>Lines that the queue acknowledged since the start.</summary>
    public long LinesQueued { get; init; }

    /// <summary>Documents that the outputs took since the start.</summary>
    public long DocumentsIndexed { get; init; }

    /// <summary>Dead letters, files that cannot be read, refused requests, since the start.</summary>
    public long Errors { get; init; }

    /// <summary>
    /// Documents in the embedded store, of this run and those before; null where it does not run here.
    /// </summary>
    public long? Documents { get; init; }

    /// <summary>Bytes of files that the queue does not have yet.</summary>
    public long BytesBehind { get; init; }

    /// <summary>Records in the queue that the processor has yet to finish.</summary>
    public long Lag { get; init; }

    /// <summary>Records in dead-letter topics, of this run and those before; null where no queue runs here.</summary>
    public long? DeadLetters { get; init; }

    /// <summary>The latest trouble, one sentence; null where there was none.</summary>
    public string? LastError { get; init; }

    /// <summary>The last errors that any part logged, the latest first.</summary>
    public IReadOnlyList<LoggedError> RecentErrors { get; init; } = [];

    /// <summary>
    /// This snapshot with counts no lower than an earlier one's: a part that has stopped counts nothing any more.
    /// </summary>
    public PipelineSnapshot NoLessThan(PipelineSnapshot earlier) => this with
    {
        FilesWatched = Math.Max(FilesWatched, earlier.FilesWatched),
        LinesRead = Math.Max(LinesRead, earlier.LinesRead),
        LinesQueued = Math.Max(LinesQueued, earlier.LinesQueued),
        DocumentsIndexed = Math.Max(DocumentsIndexed, earlier.DocumentsIndexed),
        Errors = Math.Max(Errors, earlier.Errors),
        Documents = Larger(Documents, earlier.Documents),
        DeadLetters = Larger(DeadLetters, earlier.DeadLetters),
    };

    private static long? Larger(long? now, long? before) => now is { } count ? Math.Max(count, before ?? 0) : before;
}
