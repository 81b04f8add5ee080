namespace LogFlow.Queue.Storage;

/// <summary>
/// Reserves a partition's bytes on the disk before they are written, so that a full disk refuses an append and never
/// halves one. Writer thread.
/// </summary>
/// <param name="context">The data directory's.</param>
/// <param name="directory">The partition's.</param>
internal sealed class SegmentSpace(StorageContext context, string directory)
{
    private const int ReserveStepMin = 64 * 1024;
    private const int ReserveStepMax = 64 << 20;

    private bool _isNameNew;

    /// <summary>Makes room for so many bytes behind the end; false where the disk has none.</summary>
    public bool TryReserve(LogSegment segment, int size, TopicConfig config)
    {
        var needed = segment.EndPosition + size + CommitMark.Size;
        if (needed <= segment.ReservedBytes)
        {
            return true;
        }

        if (segment.ReservedBytes == 0)
        {
            segment.Create();
            segment.ReservedBytes = segment.File.Length;
            _isNameNew |= segment.EndPosition == 0;
            if (needed <= segment.ReservedBytes)
            {
                return true;
            }
        }

        // In steps that double, so that a small topic takes little and a busy one is rarely interrupted.
        var step = Math.Clamp(segment.ReservedBytes, ReserveStepMin, ReserveStepMax);
        var wanted = Math.Max(needed, Math.Min(segment.ReservedBytes + step, config.SegmentBytes));
        if (!context.Space.TryReserve(segment.File, needed, wanted))
        {
            return false;
        }

        segment.ReservedBytes = segment.File.Length;
        return true;
    }

    /// <summary>Makes the name of a segment that is new durable.</summary>
    public void SyncName()
    {
        if (_isNameNew)
        {
            context.Files.SyncDirectory(directory);
            _isNameNew = false;
        }
    }

    /// <summary>
    /// What the group will need is opened before anything is staged: after that an open that fails is a failed write.
    /// </summary>
    public static void OpenForAppend(LogSegment active)
    {
        if (active.EndPosition > 0 || active.ReservedBytes > 0)
        {
            _ = active.File;
            _ = active.Index;
        }
    }
}
