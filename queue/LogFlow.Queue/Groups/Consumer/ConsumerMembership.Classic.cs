using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Groups.Consumer;

/// <content>What comes by the classic protocol.</content>
internal sealed partial class ConsumerMembership
{
    public Task<JoinGroupResult> JoinAsync(JoinGroupInput input) =>
        Task.FromResult(JoinGroupResult.Failed(ErrorCode.InconsistentGroupProtocol, input.MemberId));

    public Task<SyncGroupResult> SyncAsync(SyncGroupInput input) =>
        Task.FromResult(new SyncGroupResult(ErrorCode.UnknownMemberId));

    public ErrorCode Heartbeat(string memberId, string? instanceId, int generation) => ErrorCode.UnknownMemberId;

    /// <summary>
    /// Members leave by the classic protocol, or an administrator removes them: by member id, or by instance id and, if
    /// it is given, member id. Completes when that is durable.
    /// </summary>
    public async ValueTask<LeaveGroupResult[]> LeaveAsync(IReadOnlyList<LeavingMember> members)
    {
        var results = new LeaveGroupResult[members.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = new LeaveGroupResult(Leave(members[i]), members[i].MemberId);
        }

        if (!await SaveAsync())
        {
            for (var i = 0; i < results.Length; i++)
            {
                if (results[i].Error == ErrorCode.None)
                {
                    results[i] = results[i] with { Error = ErrorCode.CoordinatorNotAvailable };
                }
            }
        }

        return results;
    }

    private ErrorCode Leave(LeavingMember leaving)
    {
        var holderId = leaving.InstanceId is { } instance
            ? _memberIdByInstance.GetValueOrDefault(instance, "")
            : leaving.MemberId;
        if (!_members.TryGetValue(holderId, out var member))
        {
            return ErrorCode.UnknownMemberId;
        }

        if (leaving.MemberId.Length > 0 && leaving.MemberId != holderId)
        {
            return ErrorCode.FencedInstanceId;
        }

        RemoveMember(member, "it was removed by LeaveGroup");
        return ErrorCode.None;
    }
}
