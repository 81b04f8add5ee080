namespace LogFlow.Store;

/// <summary>
/// Which ids a block may hold: ranges of queue offsets, and whether there are ids of other senders. Read once per block
/// and kept in memory.
/// </summary>
internal sealed class BlockIds(QueueIdRange[] ranges, int explicitIdCount)
{
    public IReadOnlyList<QueueIdRange> Ranges => ranges;

    /// <summary>Rows whose id the sender chose.</summary>
    public int ExplicitIdCount { get; } = explicitIdCount;

    /// <exception cref="CorruptDataException">The block is damaged.</exception>
    public static BlockIds Of(BlockSource block)
    {
        using var scan = new BlockScan(block);
        return new BlockIds(ReadRanges(scan), scan.Directory.Find(FieldNames.Id)?.PresentCount ?? 0);
    }

    public bool MayContain(in DocumentId id)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(id))
            {
                return true;
            }
        }

        return false;
    }

    private static QueueIdRange[] ReadRanges(BlockScan scan)
    {
        var offsets = scan.Directory.Find(FieldNames.Offset);
        var partitions = scan.Directory.Find(FieldNames.Partition);
        if (offsets is null || partitions is null)
        {
            return [];
        }

        // Nearly always one topic, and often one partition: then the directory says it all.
        if (partitions.Min == partitions.Max
            && scan.TryLoad(FieldNames.Topic) is DictionaryColumn { Entries: [var topic] }
            && DocumentId.TryParseTopic(topic.Span, out var topicId))
        {
            return [new QueueIdRange(topicId, (int)partitions.Min, offsets.Min, offsets.Max)];
        }

        var ids = new RowIds(scan);
        var ranges = new Dictionary<(Guid, int), QueueIdRange>();
        for (var row = 0; row < scan.RowCount; row++)
        {
            if (!ids.TryGetQueueId(row, out var id))
            {
                continue;
            }

            var key = (id.TopicId, id.Partition);
            ranges[key] = ranges.TryGetValue(key, out var known)
                ? known with { Min = Math.Min(known.Min, id.Offset), Max = Math.Max(known.Max, id.Offset) }
                : new QueueIdRange(id.TopicId, id.Partition, id.Offset, id.Offset);
        }

        return [.. ranges.Values];
    }
}
