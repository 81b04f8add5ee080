namespace LogFlow.Store;

/// <summary>Which ids a segment may hold: one range of offsets per partition, and how many ids senders chose.</summary>
internal sealed record SegmentIds(QueueIdRange[] Ranges, int ExplicitIdCount)
{
    public static SegmentIds Of(SegmentReader segment, Action<string, string> reportCorrupt)
    {
        var blocks = new List<BlockIds>(segment.Blocks.Count);
        foreach (var block in segment.Blocks)
        {
            try
            {
                blocks.Add(block.GetIds());
            }
            catch (Exception error) when (error is CorruptDataException or IOException)
            {
                reportCorrupt(block.Origin, error.Message);
            }
        }

        return new SegmentIds(
            QueueIdRange.Join(blocks.SelectMany(ids => ids.Ranges)), blocks.Sum(ids => ids.ExplicitIdCount));
    }

    public bool MayContain(in DocumentId id)
    {
        foreach (var range in Ranges)
        {
            if (range.Contains(id))
            {
                return true;
            }
        }

        return false;
    }
}
