using System.Text;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <content>Groups of the new protocol (KIP-848).</content>
internal sealed partial class GroupCoordinator
{
    public async ValueTask<ConsumerHeartbeatResult> HeartbeatAsync(string groupId, ConsumerHeartbeatInput input)
    {
        if (Encoding.UTF8.GetByteCount(groupId) > short.MaxValue)
        {
            // More than a key of the store holds; the protocol's strings end there, too.
            return ConsumerHeartbeatResult.Failed(ErrorCode.InvalidGroupId, "The group id is too long.");
        }

        while (true)
        {
            var group = input.MemberEpoch == ConsumerHeartbeatInput.JoinEpoch ? GetOrCreate(groupId) : Find(groupId);
            if (group is null)
            {
                return ConsumerHeartbeatResult.Failed(
                    ErrorCode.GroupIdNotFound,
                    $"{(input.MemberEpoch < 0 ? "Group" : "Consumer group")} {groupId} not found.");
            }

            var result = await group.HeartbeatAsync(input);
            if (result.Error != ErrorCode.CoordinatorNotAvailable || !group.IsDead)
            {
                return result;
            }

            // Deleted between the look-up and the call: look again.
        }
    }
}
