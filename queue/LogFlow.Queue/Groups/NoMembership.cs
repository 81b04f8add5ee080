using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// A group that nobody has joined: only a name with offsets, of consumers that manage their partitions themselves.
/// Kafka shows it as an empty classic group.
/// </summary>
internal sealed class NoMembership(Group group) : IMembership
{
    private readonly long _sinceMs = group.Environment.WallClockMs;

    public string GroupType => ClassicMembership.TypeName;

    public string ProtocolType => "";

    public string StateName => nameof(GroupState.Empty);

    public int MemberCount => 0;

    public bool IsEmpty => true;

    public long? EmptySinceMs => null;

    public IReadOnlyCollection<string> StoredMemberIds => [];

    public IMembership ForClassicJoin() => new ClassicMembership(group);

    public ConsumerMembership? ForConsumerHeartbeat(ConsumerHeartbeatInput input, out ConsumerHeartbeatResult? refusal)
    {
        refusal = input.IsJoining ? null : ClassicMembership.NotAConsumerGroup(group.GroupId);
        return input.IsJoining ? new ConsumerMembership(group, StoredMemberIds) : null;
    }

    public Task<JoinGroupResult> JoinAsync(JoinGroupInput input) =>
        Task.FromResult(JoinGroupResult.Failed(ErrorCode.UnknownMemberId, input.MemberId));

    public Task<SyncGroupResult> SyncAsync(SyncGroupInput input) =>
        Task.FromResult(new SyncGroupResult(ErrorCode.UnknownMemberId));

    public ErrorCode Heartbeat(string memberId, string? instanceId, int generation) => ErrorCode.UnknownMemberId;

    public ValueTask<LeaveGroupResult[]> LeaveAsync(IReadOnlyList<LeavingMember> members) =>
        new([.. members.Select(member => new LeaveGroupResult(ErrorCode.UnknownMemberId, member.MemberId))]);

    public ErrorCode CheckCommit(in GroupCaller committer, bool knowsEpochs) => CheckTransactionalCommit(committer);

    public ErrorCode CheckTransactionalCommit(in GroupCaller committer) =>
        committer.Generation < 0 ? ErrorCode.None : ErrorCode.UnknownMemberId;

    public ErrorCode CheckFetch(string memberId, int memberEpoch) => ErrorCode.UnknownMemberId;

    public bool IsSubscribedTo(string topic) => false;

    public GroupSnapshot DescribeClassic() => new()
    {
        GroupId = group.GroupId,
        State = GroupState.Empty,
        StateChangedMs = _sinceMs,
    };

    public ConsumerGroupSnapshot? DescribeConsumer() => null;

    public void Dispose()
    {
    }
}
