using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Groups.Consumer;

namespace LogFlow.Queue.Groups;

/// <content>Groups of the new protocol (KIP-848).</content>
internal sealed partial class GroupCoordinator
{
    public async ValueTask<ConsumerHeartbeatResult> HeartbeatAsync(string groupId, ConsumerHeartbeatInput input)
    {
        while (true)
        {
            var (consumer, refusal) = FindConsumer(groupId, input.MemberEpoch);
            if (consumer is null)
            {
                return refusal!;
            }

            var result = await consumer.HeartbeatAsync(input);
            if (result.Error != ErrorCode.CoordinatorNotAvailable
                || consumer.Describe().State != ConsumerGroupState.Dead)
            {
                return result;
            }

            // Deleted, or turned into a classic group, between the look-up and the call: look again.
        }
    }

    /// <summary>Takes over a group of the new protocol from the store, before requests are served.</summary>
    public void RestoreConsumer(string groupId, ConsumerGroupSnapshot snapshot)
    {
        var consumer = CreateConsumer(groupId);
        consumer.Restore(snapshot);
        GetOrCreate(groupId).RestoreConsumer(consumer);
    }

    private (ConsumerGroup? Group, ConsumerHeartbeatResult? Refusal) FindConsumer(string groupId, int memberEpoch)
    {
        var mayCreate = memberEpoch == ConsumerHeartbeatInput.JoinEpoch;
        if (Encoding.UTF8.GetByteCount(groupId) > short.MaxValue)
        {
            // More than a key of the store holds; the protocol's strings end there, too.
            return (null, ConsumerHeartbeatResult.Failed(ErrorCode.InvalidGroupId, "The group id is too long."));
        }

        var group = mayCreate ? GetOrCreate(groupId) : Find(groupId);
        var consumer = mayCreate ? group!.BecomeConsumer(() => CreateConsumer(groupId)) : group?.Consumer;
        if (consumer is not null)
        {
            return (consumer, null);
        }

        var reason = group is null
            ? $"{(memberEpoch < 0 ? "Group" : "Consumer group")} {groupId} not found."
            : mayCreate
                ? $"Cannot upgrade classic group {groupId} to consumer group because online upgrade is disabled."
                : $"Group {groupId} is not a consumer group.";
        return (null, ConsumerHeartbeatResult.Failed(ErrorCode.GroupIdNotFound, reason));
    }

    private ConsumerGroup CreateConsumer(string groupId) =>
        new(groupId, _settings.Consumer, Configs, _topics, _store, _time, _metrics, _logger);
}
