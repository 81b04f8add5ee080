using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Commits offsets under the member's current generation, through rebalances that leave it its partitions.
/// </summary>
internal sealed class OffsetCommitter(KafkaClient client, GroupConsumerOptions options, GroupMembership group)
{
    // One commit at a time, or a repeated older one could overtake a newer.
    private readonly AsyncLock _committing = new();

    /// <exception cref="CommitFailedException">Partitions are not this member's any more.</exception>
    /// <exception cref="KafkaException">The broker refuses.</exception>
    public async Task CommitAsync(
        IReadOnlyDictionary<TopicPartition, long> nextOffsets, CancellationToken cancellationToken)
    {
        if (nextOffsets.Count == 0)
        {
            return;
        }

        using var turn = await _committing.EnterAsync(cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var owned = nextOffsets.Where(pair => group.Owns(pair.Key)).ToList();
            var membership = group.Current;
            if (owned.Count == 0 || await TryCommitAsync(owned, membership, cancellationToken))
            {
                ThrowIfIncomplete(nextOffsets, owned);
                return;
            }

            await client.BackOffAsync(attempt, cancellationToken);
        }
    }

    /// <summary>False when the group is between generations, and it is to be tried again in the next.</summary>
    private async Task<bool> TryCommitAsync(
        List<KeyValuePair<TopicPartition, long>> offsets, Membership membership, CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<OffsetCommitRequest, OffsetCommitResponse>(
            BrokerTarget.CoordinatorOf(options.GroupId) with { Lane = group.Lane },
            _ => Build(offsets, membership),
            static response => Verdict(FirstError(response)),
            cancellationToken);
        var error = FirstError(response);
        switch (error)
        {
            case ErrorCode.None:
                return true;
            case ErrorCode.RebalanceInProgress:
                group.OnRebalance(membership);
                return false;
            case ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId or ErrorCode.FencedMemberEpoch:
                if (!group.IsStable || group.Current != membership)
                {
                    return false;
                }

                group.OnLost(membership);
                throw new CommitFailedException(
                    error, $"Group '{options.GroupId}' has given up on this member ({error}); nothing is committed.");
            case ErrorCode.UnknownTopicOrPartition:
                throw new KafkaException(
                    error, $"Group '{options.GroupId}' cannot commit for {FindUnknown(response)}: it does not exist.");
            case ErrorCode.FencedInstanceId:
                throw new CommitFailedException(
                    error, $"Another consumer has taken over group.instance.id '{options.GroupInstanceId}'.");
            default:
                throw new KafkaException(error, $"Offsets of group '{options.GroupId}' cannot be committed: {error}.");
        }
    }

    private OffsetCommitRequest Build(List<KeyValuePair<TopicPartition, long>> offsets, Membership membership)
    {
        var request = new OffsetCommitRequest
        {
            GroupId = options.GroupId,
            GenerationIdOrMemberEpoch = membership.Generation,
            MemberId = membership.MemberId,
            GroupInstanceId = options.GroupInstanceId,
        };
        foreach (var topic in offsets.GroupBy(static pair => pair.Key.Topic))
        {
            request.Topics.Add(new OffsetCommitRequest.OffsetCommitRequestTopic
            {
                Name = topic.Key,
                Partitions =
                [
                    .. topic.Select(static pair => new OffsetCommitRequest.OffsetCommitRequestPartition
                    {
                        PartitionIndex = pair.Key.Partition,
                        CommittedOffset = pair.Value,
                        CommittedMetadata = "",
                    }),
                ],
            });
        }

        return request;
    }

    /// <summary>Retriable by its nature, yet a topic that was deleted does not come back by waiting.</summary>
    private static ErrorCode Verdict(ErrorCode error) =>
        error == ErrorCode.UnknownTopicOrPartition ? ErrorCode.None : error;

    private static TopicPartition FindUnknown(OffsetCommitResponse response)
    {
        var topic = response.Topics.First(static topic => topic.Partitions.Exists(IsUnknown));
        return new TopicPartition(topic.Name, topic.Partitions.First(IsUnknown).PartitionIndex);

        static bool IsUnknown(OffsetCommitResponse.OffsetCommitResponsePartition partition) =>
            partition.ErrorCode == ErrorCode.UnknownTopicOrPartition;
    }

    private static ErrorCode FirstError(OffsetCommitResponse response)
    {
        foreach (var topic in response.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                if (partition.ErrorCode != ErrorCode.None)
                {
                    return partition.ErrorCode;
                }
            }
        }

        return ErrorCode.None;
    }

    private void ThrowIfIncomplete(
        IReadOnlyDictionary<TopicPartition, long> wanted, List<KeyValuePair<TopicPartition, long>> committed)
    {
        if (committed.Count == wanted.Count)
        {
            return;
        }

        var missing = wanted.Keys.Except(committed.Select(static pair => pair.Key));
        throw new CommitFailedException(
            ErrorCode.UnknownMemberId,
            $"Group '{options.GroupId}' has given {string.Join(", ", missing)} to another member; not committed.");
    }
}
