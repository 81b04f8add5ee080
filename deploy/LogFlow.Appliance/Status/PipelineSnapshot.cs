namespace LogFlow.Appliance.Status;

/// <summary>Where the lines are at one moment, over all parts of the process.</summary>
/// <param name="FilesWatched">Files that the agent knows.</param>
/// <param name="LinesRead">Lines read since the start.</param>
/// <param name="LinesQueued">Lines that the queue acknowledged since the start.</param>
/// <param name="DocumentsIndexed">Documents that the store took since the start.</param>
/// <param name="Lag">Records in the queue that the processor has yet to finish.</param>
/// <param name="Errors">Dead letters, files that cannot be read, refused requests.</param>
/// <param name="LastError">The latest error, one sentence; null where there was none.</param>
internal sealed record PipelineSnapshot(
    long FilesWatched,
    long LinesRead,
    long LinesQueued,
    long DocumentsIndexed,
    long Lag,
    long Errors,
    string? LastError)
{
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
    };
}
