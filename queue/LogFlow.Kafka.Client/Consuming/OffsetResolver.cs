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

        var resets = unknown.Where(partition => !committed.ContainsKey(partition)).Select(async partition =>
            (Partition: partition, Offset: await ResetAsync(partition, cancellationToken)));
        foreach (var (partition, offset) in await Task.WhenAll(resets))
        {
            positions[partition] = offset;
        }
    }

    /// <summary>First and next offset of the log.</summary>
    public async Task<(long Start, long End)> FindRangeAsync(
        TopicPartition partition, CancellationToken cancellationToken)
    {
        var start = await ListedOffset.FindAsync(
            client, partition, ListedOffset.Earliest, options.IsolationLevel, cancellationToken);
        var end = await ListedOffset.FindAsync(
            client, partition, ListedOffset.Latest, options.IsolationLevel, cancellationToken);
        return (start.Offset, end.Offset);
    }

    private async Task<long> ResetAsync(TopicPartition partition, CancellationToken cancellationToken)
    {
        if (options.AutoOffsetReset == AutoOffsetReset.None)
        {
            throw new KafkaException(
                ErrorCode.OffsetOutOfRange,
                $"Group '{options.GroupId}' has no committed offset for {partition}, and auto.offset.reset is none.");
        }

        var isEarliest = options.AutoOffsetReset == AutoOffsetReset.Earliest;
        var found = await ListedOffset.FindAsync(
            client,
            partition,
            isEarliest ? ListedOffset.Earliest : ListedOffset.Latest,
            options.IsolationLevel,
            cancellationToken);
        return found.Offset;
    }
}
