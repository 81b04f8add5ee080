using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Finds where to start reading: the owner's word, else the group's committed offset, else the reset policy.
/// </summary>
internal sealed class OffsetResolver(KafkaClient client, GroupConsumerOptions options)
{
    public Func<TopicPartition, Guid, CancellationToken, ValueTask<long?>>? StartOffset { get; set; }

    /// <summary>Fills <paramref name="positions"/>; waits until brokers answer.</summary>
    /// <exception cref="KafkaException">There is no offset to start from, or the group may not be read.</exception>
    public async Task ResolveAsync(
        List<FetchPlan> plans, Dictionary<TopicPartition, long> positions, CancellationToken cancellationToken)
    {
        if (StartOffset is { } resolver)
        {
            foreach (var plan in plans)
            {
                if (await resolver(plan.Partition, plan.TopicId, cancellationToken) is { } offset)
                {
                    positions[plan.Partition] = offset;
                }
            }
        }

        var unknown = plans
            .Select(static plan => plan.Partition)
            .Where(partition => !positions.ContainsKey(partition))
            .ToList();
        if (unknown.Count == 0)
        {
            return;
        }

        var requireStable = options.IsolationLevel == IsolationLevel.ReadCommitted;
        var committed = await CommittedOffsets.FetchAsync(
            client, options.GroupId, unknown, requireStable, cancellationToken);
        foreach (var partition in unknown)
        {
            if (committed.TryGetValue(partition, out var offset))
            {
                positions[partition] = offset;
            }
        }

        foreach (var (partition, offset) in await ResetAsync(
            unknown.FindAll(partition => !committed.ContainsKey(partition)), cancellationToken))
        {
            positions[partition] = offset.Offset;
        }
    }

    /// <summary>First and next offset of the log.</summary>
    public async Task<(long Start, long End)> FindRangeAsync(
        TopicPartition partition, CancellationToken cancellationToken)
    {
        var start = await Query(ListedOffset.Earliest).FindAsync(partition, cancellationToken);
        var end = await Query(ListedOffset.Latest).FindAsync(partition, cancellationToken);
        return (start.Offset, end.Offset);
    }

    private OffsetQuery Query(long timestampMs) => new(client, timestampMs, options.IsolationLevel);

    private Task<Dictionary<TopicPartition, ListedOffset>> ResetAsync(
        List<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        if (options.AutoOffsetReset == AutoOffsetReset.None && partitions is [var first, ..])
        {
            throw new KafkaException(
                ErrorCode.OffsetOutOfRange,
                $"Group '{options.GroupId}' has no committed offset for {first}, and auto.offset.reset is none.");
        }

        var query = Query(options.AutoOffsetReset == AutoOffsetReset.Earliest
            ? ListedOffset.Earliest
            : ListedOffset.Latest);
        return query.FindAsync(partitions, cancellationToken);
    }
}
