namespace LogFlow.Queue.Storage;

/// <content>What compaction asks of a partition; see PartitionCleaner.</content>
public sealed partial class PartitionLog
{
    // The writer's: segments are being exchanged, and their files must be left alone.
    private volatile bool _isSwapping;

    internal string DirectoryPath => _directory;

    /// <summary>How far compaction has come. The cleaner's, and at the start the loader's.</summary>
    internal CleanerCheckpoint Cleaner { get; set; } = CleanerCheckpoint.None;

    /// <summary>An exchange of segments is under way, or failed and is finished by the next start.</summary>
    internal bool IsSwapping => _isSwapping;

    /// <summary>Writer: base offset of the last batch of each known producer.</summary>
    internal IReadOnlyDictionary<long, long> CaptureLastBatches()
    {
        var lastBatches = new Dictionary<long, long>(_producers.Count);
        foreach (var producer in _producers.Producers)
        {
            if (producer.BatchCount > 0)
            {
                lastBatches.Add(producer.ProducerId, producer.Batches[^1].BaseOffset);
            }
        }

        return lastBatches;
    }

    /// <summary>
    /// Writer: readers see the cleaned segment from here on. False where the old ones are not all there any more.
    /// </summary>
    internal bool BeginSwap(LogSegment[] old, LogSegment cleaned)
    {
        var segments = _segments;
        var index = Array.IndexOf(segments, old[0]);
        if (_isDeleted || _isOffline || index < 0 || index + old.Length >= segments.Length
            || !segments.AsSpan(index, old.Length).SequenceEqual(old))
        {
            return false;
        }

        _isSwapping = true;
        _segments = [.. segments[..index], cleaned, .. segments[(index + old.Length)..]];
        foreach (var segment in old)
        {
            segment.Retire();
        }

        return true;
    }

    /// <summary>Writer: the files are where they belong.</summary>
    internal bool EndSwap()
    {
        _isSwapping = false;
        return true;
    }

    /// <summary>Writer: no record of transactions that were aborted below an offset is left.</summary>
    internal bool ForgetAborted(long offset)
    {
        _transactions.Aborted.TruncateStart(offset);
        _isStateChanged = true;
        return true;
    }

    /// <summary>Compaction met damage: it is put aside as where a reader meets it.</summary>
    internal void ReportDamage(LogSegment segment, long position)
    {
        using var failure = Damaged(segment, position, segment.BaseOffset);
    }
}
