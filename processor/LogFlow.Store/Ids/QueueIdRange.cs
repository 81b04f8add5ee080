namespace LogFlow.Store;

/// <summary>The offsets of one partition that a block or segment holds: all lie in [Min, Max].</summary>
internal readonly record struct QueueIdRange(Guid TopicId, int Partition, long Min, long Max)
{
    public bool Contains(in DocumentId id) =>
        id.Offset >= Min && id.Offset <= Max && id.Partition == Partition && id.TopicId == TopicId;

    /// <summary>One range per partition over several blocks.</summary>
    public static QueueIdRange[] Join(IEnumerable<QueueIdRange> ranges)
    {
        var joined = new Dictionary<(Guid, int), QueueIdRange>();
        foreach (var range in ranges)
        {
            var key = (range.TopicId, range.Partition);
            joined[key] = joined.TryGetValue(key, out var known)
                ? known with { Min = Math.Min(known.Min, range.Min), Max = Math.Max(known.Max, range.Max) }
                : range;
        }

        return [.. joined.Values];
    }
}
