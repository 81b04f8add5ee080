using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Groups;

/// <summary>
/// One consumer group of the classic protocol: members, generations and committed offsets. A state machine over an
/// injected clock: every call takes the lock, moves the state and completes the answers that the move allows; one
/// timer, armed for the earliest deadline, does the rest. Nothing in here blocks or touches a socket.
/// The rules are those of Kafka's classic group coordinator.
/// </summary>
internal sealed partial class ClassicGroup : IDisposable
{
    /// <summary>How long a joining member that sends no heartbeats may wait. Matches Kafka.</summary>
    public const int NewMemberJoinTimeoutMs = 300_000;

    private const long Never = long.MaxValue;

    private readonly TimeProvider _time;
    private readonly GroupSettings _settings;
    private readonly IGroupStore _store;
    private readonly QueueMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    /// <summary>Guards every mutable field below and all members. Innermost but for the store's own lock.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<string, GroupMember> _members = [];
    private readonly Dictionary<string, string> _memberIdByInstance = [];
    private readonly Dictionary<string, long> _pendingMembers = [];
    private readonly Dictionary<TopicPartition, OffsetEntry> _offsets = [];
    private GroupState _state = GroupState.Empty;
    private int _generation;
    private string? _protocolType;
    private string? _protocolName;
    private string? _leaderId;
    private long _stateChangedMs;
    private long _armedForMs = Never;
    private long _joinDeadlineMs = Never;
    private int _initialDelayLeftMs;
    private bool _isInitialJoin;
    private bool _memberAddedSinceDelay;
    private long _syncDeadlineMs = Never;
    private bool _isStoringAssignment;
    private long _commitSequence;

    public ClassicGroup(
        string groupId,
        GroupSettings settings,
        IGroupStore store,
        TimeProvider time,
        QueueMetrics metrics,
        ILogger logger)
    {
        GroupId = groupId;
        _settings = settings;
        _store = store;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _stateChangedMs = WallClockMs;
        _timer = time.CreateTimer(
            static group => ((ClassicGroup)group!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string GroupId { get; }

    public GroupState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    private long NowMs => (long)(_time.GetTimestamp() * 1000.0 / _time.TimestampFrequency);

    private long WallClockMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes over what the store kept; every member gets a whole session to be heard from.</summary>
    public void Restore(GroupSnapshot snapshot)
    {
        lock (_lock)
        {
            _generation = snapshot.Generation;
            _protocolType = snapshot.ProtocolType;
            _protocolName = snapshot.ProtocolName;
            _leaderId = snapshot.Leader;
            _stateChangedMs = snapshot.StateChangedMs;
            foreach (var saved in snapshot.Members)
            {
                var member = new GroupMember
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
    }

    public GroupSnapshot Describe()
    {
        lock (_lock)
        {
            return Snapshot();
        }
    }

    /// <summary>Ends the group if it has no members; its offsets go with it.</summary>
    public async ValueTask<ErrorCode> DeleteAsync()
    {
        ValueTask<ErrorCode> deletion;
        lock (_lock)
        {
            if (_state == GroupState.Dead)
            {
                return ErrorCode.GroupIdNotFound;
            }

            if (_state != GroupState.Empty || _pendingMembers.Count > 0 || !TryRetireConsumer())
            {
                return ErrorCode.NonEmptyGroup;
            }

            // Nobody may join or commit between here and the disk's answer.
            MoveTo(GroupState.Dead);
            DropPendingOffsets();
            deletion = _store.DeleteGroupAsync(GroupId, [.. _offsets.Keys]);
        }

        if (await deletion == ErrorCode.None)
        {
            return ErrorCode.None;
        }

        lock (_lock)
        {
            _state = GroupState.Empty;
            _consumer?.Revive();
        }

        return ErrorCode.CoordinatorNotAvailable;
    }

    public void Dispose()
    {
        _consumer?.Dispose();
        _timer.Dispose();
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
        _stateChangedMs = WallClockMs;
    }

    private void AddMember(GroupMember member)
    {
        _members.Add(member.MemberId, member);
        if (member.GroupInstanceId is { } instance)
        {
            _memberIdByInstance[instance] = member.MemberId;
        }

        _leaderId ??= member.MemberId;
    }

    /// <summary>Forgets a member; whoever waits in its name is told that it is unknown.</summary>
    private void RemoveMember(GroupMember member)
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

    private static void AnswerJoin(GroupMember member, JoinGroupResult result)
    {
        member.AwaitingJoin?.SetResult(result);
        member.AwaitingJoin = null;
    }

    private static void AnswerSync(GroupMember member, SyncGroupResult result)
    {
        member.AwaitingSync?.SetResult(result);
        member.AwaitingSync = null;
    }

    /// <summary>The member was heard from: its session starts anew.</summary>
    private void Touch(GroupMember member)
    {
        var timeoutMs = member.IsNew ? NewMemberJoinTimeoutMs : member.SessionTimeoutMs;
        member.SessionDeadlineMs = NowMs + timeoutMs;
    }

    /// <summary>
    /// Whether the caller speaks for a member of this group; a static member's id must be the latest.
    /// </summary>
    private ErrorCode Identify(string memberId, string? groupInstanceId, out GroupMember? member)
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

    private ErrorCode Identify(string memberId, string? groupInstanceId, int generation, out GroupMember? member)
    {
        var error = Identify(memberId, groupInstanceId, out member);
        return error == ErrorCode.None && generation != _generation ? ErrorCode.IllegalGeneration : error;
    }

    private sealed record OffsetEntry(CommittedOffset Offset, long Sequence);
}
