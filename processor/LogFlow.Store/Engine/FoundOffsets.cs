namespace LogFlow.Store;

/// <summary>
/// Of segments of which blocks are missing: up to which offset each partition's records may be there already, although
/// the position is below. They come again from the queue, and only a look at the ids tells which of them are stored.
/// </summary>
internal sealed class FoundOffsets
{
    private readonly Dictionary<(Guid TopicId, int Partition), long> _ends = [];

    /// <summary>Adds the ids of a segment.</summary>
    public void Add(SegmentIds ids)
    {
        foreach (var range in ids.Ranges)
        {
            var key = (range.TopicId, range.Partition);
            _ends[key] = Math.Max(range.Max + 1, _ends.GetValueOrDefault(key));
        }
    }

    /// <summary>Where the offsets begin that are surely new; 0: all are.</summary>
    public long EndOf(Guid topicId, int partition) => _ends.GetValueOrDefault((topicId, partition));
}
