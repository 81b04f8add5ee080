namespace LogFlow.Queue.Storage;

/// <summary>What checkpoints keep of a partition. Writer thread.</summary>
/// <param name="published">What readers see.</param>
/// <param name="writer">What is not synced yet.</param>
/// <param name="state">Producers and epochs, as they go on.</param>
/// <param name="saved">What the last checkpoint has; null: there is none that can be relied on.</param>
internal sealed class PartitionCheckpoint(
    PublishedLog published, PartitionWriter writer, PartitionState state, byte[]? saved)
{
    private byte[]? _saved = saved;

    /// <summary>What a checkpoint keeps of the partition as of now.</summary>
    /// <returns>Null: nothing that can be relied on, the next start has to scan the partition.</returns>
    public byte[]? Capture()
    {
        writer.Flush();

        // What an offline partition remembers is ahead of what its disk holds; so is what could not be synced yet.
        if (published.IsStateChanged && !published.IsOffline && !writer.HasUnsynced)
        {
            var active = published.Active;
            _saved = new PartitionState
            {
                LogStartOffset = published.LogStartOffset,
                SegmentBaseOffset = active.BaseOffset,
                Position = active.EndPosition,
                NextOffset = published.LogEndOffset,
                MaxTimestampMs = active.MaxTimestampMs,
                Epochs = state.Epochs,
                Producers = state.Producers,
            }.Write();
            published.IsStateChanged = false;
        }

        return _saved;
    }

    /// <summary>What the next start should find of sealed segments; none while compaction exchanges them.</summary>
    public SegmentMark[] CaptureSealed()
    {
        var segments = published.Segments;
        if (published.IsSwapping)
        {
            return [];
        }

        var marks = new SegmentMark[segments.Length - 1];
        for (var i = 0; i < marks.Length; i++)
        {
            marks[i] = new SegmentMark(segments[i].BaseOffset, segments[i].EndPosition);
        }

        return marks;
    }
}
