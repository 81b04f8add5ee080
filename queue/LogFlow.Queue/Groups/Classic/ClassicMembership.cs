using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <summary>
/// The members of a group by the classic protocol, and its generations: all join, one of them assigns, all go on.
/// A state machine under the group's lock: every call moves the state and completes the answers that the move allows;
/// one timer, armed for the earliest deadline, does the rest.
/// The rules are those of Kafka's classic group coordinator.
/// </summary>
internal sealed partial class ClassicMembership : IMembership
{
    /// <summary>How ListGroups names this kind of group.</summary>
    public const string TypeName = "classic";

    /// <summary>The protocol type of consumers, whose subscriptions and assignments the broker can read.</summary>
    public const string ConsumerProtocolType = "consumer";

    /// <summary>How long a joining member that sends no heartbeats may wait. Matches Kafka.</summary>
    public const int NewMemberJoinTimeoutMs = 300_000;

    private const long Never = GroupTimer.Never;

    private readonly Group _group;
    private readonly GroupEnvironment _environment;
    private readonly GroupSettings _settings;
    private readonly ILogger _logger;
    private readonly GroupTimer _timer;
    private readonly Dictionary<string, ClassicMember> _members = [];
    private readonly Dictionary<string, string> _memberIdByInstance = [];
    private readonly Dictionary<string, long> _pendingMembers = [];
    private GroupState _state = GroupState.Empty;
    private int _generation;
    private string? _protocolType;
    private string? _protocolName;
    private string? _leaderId;
    private long _stateChangedMs;
    private long _joinDeadlineMs = Never;
    private int _initialDelayLeftMs;
    private bool _isInitialJoin;
    private bool _memberAddedSinceDelay;
    private long _syncDeadlineMs = Never;
    private bool _isStoringAssignment;
    private bool _isOver;

    /// <summary>Members by the new protocol that the disk still knows: they go with the next write.</summary>
    private ConsumerGroupChange? _predecessor;

    /// <param name="group">Whose members.</param>
    /// <param name="predecessor">What the disk has to forget of the group as it was by the new protocol.</param>
    public ClassicMembership(Group group, ConsumerGroupChange? predecessor = null)
    {
        _group = group;
        _environment = group.Environment;
        _settings = _environment.Settings;
        _logger = _environment.Logger;
        _predecessor = predecessor;
        _stateChangedMs = _environment.WallClockMs;
        _timer = new GroupTimer(_environment, OnTimerAsync);
    }

    public string GroupType => TypeName;

    public string ProtocolType => _protocolType ?? "";

    public string StateName => _state.ToString();

    public int MemberCount => _members.Count;

    public bool IsEmpty => _state == GroupState.Empty && _pendingMembers.Count == 0;

    public long? EmptySinceMs => string.IsNullOrEmpty(_protocolType) ? null : _stateChangedMs;

    public IReadOnlyCollection<string> StoredMemberIds => _predecessor?.MemberIds ?? [];

    private string GroupId => _group.GroupId;

    private long NowMs => _environment.NowMs;

    /// <summary>The answer to a heartbeat of the new protocol that does not join.</summary>
    public static ConsumerHeartbeatResult NotAConsumerGroup(string groupId) =>
        ConsumerHeartbeatResult.Failed(ErrorCode.GroupIdNotFound, $"Group {groupId} is not a consumer group.");

    public IMembership ForClassicJoin() => this;

    public ConsumerMembership? ForConsumerHeartbeat(ConsumerHeartbeatInput input, out ConsumerHeartbeatResult? refusal)
    {
        refusal = input.IsJoining ? null : NotAConsumerGroup(GroupId);
        if (_state == GroupState.Empty)
        {
            return input.IsJoining ? new ConsumerMembership(_group, StoredMemberIds) : null;
        }

        if (refusal is not null)
        {
            return null;
        }

        var converted = GroupUpgrade.TryConvert(Snapshot(), _settings.Consumer, _environment.Topics, out var problem);
        refusal = converted is null
            ? ConsumerHeartbeatResult.Failed(ErrorCode.GroupIdNotFound, problem)
            : ConsumerMembership.FindFull(_settings.Consumer, _members.Count, _members.ContainsKey(input.MemberId));
        return refusal is null ? Upgrade(converted!) : null;
    }

    /// <summary>Takes over what the store kept; every member gets a whole session to be heard from.</summary>
    public void Restore(GroupSnapshot snapshot)
    {
        _generation = snapshot.Generation;
        _protocolType = snapshot.ProtocolType;
        _protocolName = snapshot.ProtocolName;
        _leaderId = snapshot.Leader;
        _stateChangedMs = snapshot.StateChangedMs;
        foreach (var saved in snapshot.Members)
        {
            var member = new ClassicMember
            {
                MemberId = saved.MemberId,
                GroupInstanceId = saved.GroupInstanceId,
                ClientId = saved.ClientId,
                ClientHost = saved.ClientHost,
                SessionTimeoutMs = saved.SessionTimeoutMs,
                RebalanceTimeoutMs = saved.RebalanceTimeoutMs,
                Assignment = saved.Assignment,
            };
            member.SetProtocols(saved.Protocols);
            AddMember(member);
            Touch(member);
        }

        _state = _members.Count == 0 ? GroupState.Empty : GroupState.Stable;
        Arm();
    }

    public GroupSnapshot? DescribeClassic() => Snapshot();

    public ConsumerGroupSnapshot? DescribeConsumer() => null;

    /// <summary>
    /// Goes on with the members of a group of the new protocol, of which only those are left that speak the classic
    /// one.
    /// </summary>
    /// <param name="snapshot">The group as it was.</param>
    /// <param name="rebalances">Somebody has left: the members have to divide the partitions among themselves.</param>
    public void TakeOver(GroupSnapshot snapshot, bool rebalances)
    {
        Restore(snapshot);
        _protocolName = SelectProtocol();
        if (rebalances)
        {
            PrepareRebalance("the last member of the new protocol is gone");
            Arm();
        }
    }

    /// <summary>
    /// Keeps what was taken over; false: the disk refused. A group that rebalances is kept with a generation that
    /// nobody has: after a restart its members join again, else nobody would have the partitions of the one that has
    /// left.
    /// </summary>
    public async ValueTask<bool> StoreTakenOverAsync()
    {
        var generation = _state == GroupState.Stable ? _generation : _generation + 1;
        var error = await SaveAsync(Snapshot() with { State = GroupState.Stable, Generation = generation });
        if (error != ErrorCode.None)
        {
            Log.StoreFailed(_logger, GroupId);
        }

        return error == ErrorCode.None;
    }

    public void Dispose()
    {
        _isOver = true;
        _timer.Dispose();
    }

    /// <summary>Whoever waits here is told to join again: by then the group is one of the new protocol.</summary>
    private ConsumerMembership Upgrade(ConsumerGroupSnapshot converted)
    {
        Log.Upgraded(_logger, GroupId, _generation, _members.Count);
        foreach (var member in _members.Values)
        {
            AnswerJoin(member, JoinGroupResult.Failed(ErrorCode.RebalanceInProgress, member.MemberId));
            AnswerSync(member, new SyncGroupResult(ErrorCode.RebalanceInProgress));
        }

        var consumer = new ConsumerMembership(_group, StoredMemberIds);
        consumer.UpgradeFrom(converted);
        return consumer;
    }

    private GroupSnapshot Snapshot()
    {
        var members = new List<MemberSnapshot>(_members.Count);
        foreach (var member in _members.Values)
        {
            members.Add(new MemberSnapshot
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                SessionTimeoutMs = member.SessionTimeoutMs,
                RebalanceTimeoutMs = member.RebalanceTimeoutMs,
                Protocols = [.. member.Protocols],
                Assignment = member.Assignment,
            });
        }

        return new GroupSnapshot
        {
            GroupId = GroupId,
            State = _state,
            Generation = _generation,
            ProtocolType = _protocolType,
            ProtocolName = _protocolName,
            Leader = _leaderId,
            StateChangedMs = _stateChangedMs,
            Members = members,
        };
    }

    private void MoveTo(GroupState state)
    {
        _state = state;
        _stateChangedMs = _environment.WallClockMs;
    }

    private void AddMember(ClassicMember member)
    {
        _members.Add(member.MemberId, member);
        if (member.GroupInstanceId is { } instance)
        {
            _memberIdByInstance[instance] = member.MemberId;
        }

        _leaderId ??= member.MemberId;
    }

    /// <summary>Forgets a member; whoever waits in its name is told that it is unknown.</summary>
    private void RemoveMember(ClassicMember member)
    {
        _members.Remove(member.MemberId);
        if (member.GroupInstanceId is { } instance)
        {
            _memberIdByInstance.Remove(instance);
        }

        AnswerJoin(member, JoinGroupResult.Failed(ErrorCode.UnknownMemberId, member.MemberId));
        AnswerSync(member, new SyncGroupResult(ErrorCode.UnknownMemberId));
        if (_leaderId == member.MemberId)
        {
            _leaderId = _members.Count == 0 ? null : _members.Keys.First();
        }
    }

    private static void AnswerJoin(ClassicMember member, JoinGroupResult result)
    {
        member.AwaitingJoin?.SetResult(result);
        member.AwaitingJoin = null;
    }

    private static void AnswerSync(ClassicMember member, SyncGroupResult result)
    {
        member.AwaitingSync?.SetResult(result);
        member.AwaitingSync = null;
    }

    /// <summary>The member was heard from: its session starts anew.</summary>
    private void Touch(ClassicMember member)
    {
        var timeoutMs = member.IsNew ? NewMemberJoinTimeoutMs : member.SessionTimeoutMs;
        member.SessionDeadlineMs = NowMs + timeoutMs;
    }

    /// <summary>
    /// Whether the caller speaks for a member of this group; a static member's id must be the latest.
    /// </summary>
    private ErrorCode Identify(string memberId, string? groupInstanceId, out ClassicMember? member)
    {
        member = null;
        if (groupInstanceId is not null)
        {
            if (!_memberIdByInstance.TryGetValue(groupInstanceId, out var current))
            {
                return ErrorCode.UnknownMemberId;
            }

            if (current != memberId)
            {
                return ErrorCode.FencedInstanceId;
            }
        }

        return _members.TryGetValue(memberId, out member) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    private ErrorCode Identify(string memberId, string? groupInstanceId, int generation, out ClassicMember? member)
    {
        var error = Identify(memberId, groupInstanceId, out member);
        return error == ErrorCode.None && generation != _generation ? ErrorCode.IllegalGeneration : error;
    }
}
