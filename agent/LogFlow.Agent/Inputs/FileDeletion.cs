namespace LogFlow.Agent;

/// <summary>A closed file on its way to being deleted. Owned by the prospector's loop.</summary>
/// <param name="file">The file.</param>
/// <param name="length">Its length when it was closed.</param>
/// <param name="modifiedNs">Its last write by then, nanoseconds since 1970.</param>
internal sealed class FileDeletion(TrackedFile file, long length, long modifiedNs)
{
    public TrackedFile File { get; } = file;

    public long Length { get; } = length;

    public long ModifiedNs { get; } = modifiedNs;

    /// <summary>
    /// Completes when the acknowledgements of all of the file are durable; null: not all of it is acknowledged. The
    /// grace period begins with it.
    /// </summary>
    public Task? Synced { get; set; }
}
