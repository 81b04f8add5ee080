using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// Who is in a group, and by which protocol. A group has one at a time and changes it as members come and go; its name,
/// offsets and configs stay. Everything here is called with the group's lock held, which is the membership's own lock,
/// too; what has to wait for the disk is handed to the store under it, and awaited without.
/// </summary>
internal interface IMembership : IDisposable
{
    /// <summary>As ListGroups names it: <c>classic</c> or <c>consumer</c>.</summary>
    string GroupType { get; }

    /// <summary>What members these are: <c>consumer</c>, <c>connect</c>, ...; empty: none came so far.</summary>
    string ProtocolType { get; }

    /// <summary>As ListGroups names it.</summary>
    string StateName { get; }

    int MemberCount { get; }

    /// <summary>Nobody is a member or about to be one.</summary>
    bool IsEmpty { get; }

    /// <summary>Wall clock since when it is empty, Unix milliseconds; null where nobody ever was a member.</summary>
    long? EmptySinceMs { get; }

    /// <summary>The membership that a JoinGroup request goes to: itself, or its successor.</summary>
    IMembership ForClassicJoin();

    /// <summary>
    /// The membership that a ConsumerGroupHeartbeat goes to: itself, or its successor; null: it is refused.
    /// </summary>
    /// <param name="input">The heartbeat; one that joins may change the group's protocol.</param>
    /// <param name="refusal">Why, where null is returned.</param>
    ConsumerMembership? ForConsumerHeartbeat(ConsumerHeartbeatInput input, out ConsumerHeartbeatResult? refusal);

    Task<JoinGroupResult> JoinAsync(JoinGroupInput input);

    Task<SyncGroupResult> SyncAsync(SyncGroupInput input);

    ErrorCode Heartbeat(string memberId, string? instanceId, int generation);

    /// <summary>Members leave or are removed by an administrator; one answer for each, in their order.</summary>
    ValueTask<LeaveGroupResult[]> LeaveAsync(IReadOnlyList<LeavingMember> members);

    /// <summary>Whether the caller may commit offsets.</summary>
    /// <param name="committer">Who it says it is.</param>
    /// <param name="knowsEpochs">The request's version knows the errors of the new protocol (OffsetCommit 9).</param>
    ErrorCode CheckCommit(in GroupCaller committer, bool knowsEpochs);

    /// <summary>
    /// The same for a commit within a transaction: producers of before KIP-447 name no member, and are believed.
    /// </summary>
    ErrorCode CheckTransactionalCommit(in GroupCaller committer);

    /// <summary>Whether the caller may read offsets as that member (OffsetFetch 9).</summary>
    ErrorCode CheckFetch(string memberId, int memberEpoch);

    /// <summary>Whether a member reads <paramref name="topic"/>; unknown kinds of members count as reading.</summary>
    bool IsSubscribedTo(string topic);

    /// <summary>For DescribeGroups; null: not a classic group.</summary>
    GroupSnapshot? DescribeClassic();

    /// <summary>For ConsumerGroupDescribe; null: not a group of the new protocol.</summary>
    ConsumerGroupSnapshot? DescribeConsumer();

    /// <summary>The members that the store may know of by keys of their own, for a deletion.</summary>
    IReadOnlyCollection<string> StoredMemberIds { get; }
}
