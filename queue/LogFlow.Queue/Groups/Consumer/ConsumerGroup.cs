using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Groups.Consumer;

/// <summary>
/// The members of one group of the new protocol (KIP-848): the group coordinator itself assigns the partitions, and
/// members learn of it one by one with their heartbeats; nobody waits for all. Committed offsets are not in here, they
/// belong to the <see cref="ClassicGroup"/> of the same name, which outlives a change of the protocol.
/// <para>Three epochs: the group's rises with every change of membership, subscription or topics; the target
/// assignment's says which group epoch it was computed for; a member's says which target it has reached.</para>
/// <para>A state machine over an injected clock, like the classic group: every call takes the lock, moves the state and
/// hands what changed to the store, in this order; the answer waits for the disk.</para>
/// </summary>
internal sealed partial class ConsumerGroup : IDisposable
{
    private const long Never = long.MaxValue;

    private readonly ConsumerGroupSettings _settings;
    private readonly GroupConfigs _configs;
    private readonly IGroupStore _store;
    private readonly TimeProvider _time;
    private readonly QueueMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    /// <summary>Guards all below. Taken while the classic group's lock is held, never the other way round.</summary>
    private readonly Lock _lock = new();
    private readonly GroupSubscriptions _subscriptions;
    private readonly Dictionary<string, ConsumerGroupMember> _members = [];
    private readonly Dictionary<string, Deadlines> _deadlines = [];
    private readonly Dictionary<string, string> _memberIdByInstance = [];

    /// <summary>Who holds each partition: assigned, or not given up yet.</summary>
    private readonly Dictionary<(Guid Topic, int Partition), string> _owners = [];
    private int _groupEpoch;
    private int _assignmentEpoch;
    private long _topicsHash;
    private long _changedMs;
    private bool _isRetired;
    private long _armedForMs = Never;

    public ConsumerGroup(
        string groupId,
        ConsumerGroupSettings settings,
        GroupConfigs configs,
        IGroupTopics topics,
        IGroupStore store,
        TimeProvider time,
        QueueMetrics metrics,
        ILogger logger)
    {
        GroupId = groupId;
        _settings = settings;
        _configs = configs;
        _store = store;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _subscriptions = new GroupSubscriptions(topics);
        _changedMs = WallClockMs;
        MarkGroupDirty();
        _timer = time.CreateTimer(
            static group => ((ConsumerGroup)group!).OnTimer(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    public string GroupId { get; }

    private int HeartbeatIntervalMs =>
        _configs.Find(GroupId).ConsumerHeartbeatIntervalMs ?? _settings.HeartbeatIntervalMs;

    private int SessionTimeoutMs =>
        _configs.Find(GroupId).ConsumerSessionTimeoutMs ?? _settings.SessionTimeoutMs;

    private long NowMs => (long)(_time.GetTimestamp() * 1000.0 / _time.TimestampFrequency);

    private long WallClockMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes over what the store kept; every member gets a whole session to be heard from.</summary>
    public void Restore(ConsumerGroupSnapshot snapshot)
    {
        lock (_lock)
        {
            _groupEpoch = snapshot.GroupEpoch;
            _assignmentEpoch = snapshot.AssignmentEpoch;
            _topicsHash = snapshot.TopicsHash;
            _changedMs = snapshot.ChangedMs;
            foreach (var member in snapshot.Members)
            {
                Put(member);
                Touch(member);
                LimitRevocation(member);
            }

            _dirtyMembers.Clear();
            _dirtyGroup = 0;
        }
    }

    public ConsumerGroupSnapshot Describe()
    {
        lock (_lock)
        {
            return new ConsumerGroupSnapshot
            {
                State = State,
                GroupEpoch = _groupEpoch,
                AssignmentEpoch = _assignmentEpoch,
                AssignorName = PreferredAssignor(),
                TopicsHash = _topicsHash,
                ChangedMs = _changedMs,
                Members = [.. _members.Values],
            };
        }
    }

    /// <summary>
    /// Whether that member may commit or fetch offsets in that epoch. The tools of an administrator come without a
    /// member: they may commit while the group is empty.
    /// </summary>
    public ErrorCode CheckMember(string? memberId, int memberEpoch, bool mayBeNobody)
    {
        lock (_lock)
        {
            if (memberEpoch < 0 && (mayBeNobody || _members.Count == 0))
            {
                return ErrorCode.None;
            }

            if (memberId is null || !_members.TryGetValue(memberId, out var member))
            {
                return ErrorCode.UnknownMemberId;
            }

            return member.MemberEpoch == memberEpoch ? ErrorCode.None : ErrorCode.StaleMemberEpoch;
        }
    }

    /// <summary>
    /// The same for a commit within a transaction: producers of before KIP-447 name no member, and TxnOffsetCommit
    /// knows ILLEGAL_GENERATION instead of a stale epoch.
    /// </summary>
    public ErrorCode CheckTransactionalCommit(string memberId, string? instanceId, int memberEpoch)
    {
        var isNobody = memberId.Length == 0 && instanceId is null;
        var error = CheckMember(memberId, memberEpoch, mayBeNobody: isNobody);
        return error == ErrorCode.StaleMemberEpoch ? ErrorCode.IllegalGeneration : error;
    }

    public bool HasMember(string memberId)
    {
        lock (_lock)
        {
            return _members.ContainsKey(memberId);
        }
    }

    public bool IsSubscribedTo(string topic)
    {
        lock (_lock)
        {
            return _members.Values.Any(member => _subscriptions.Matches(member, topic));
        }
    }

    /// <summary>
    /// Ends this group if it has no members, so that its name can be deleted or used by the classic protocol. Nobody
    /// waits for the disk: were it to refuse, a restart would find an empty group.
    /// </summary>
    public bool TryRetire()
    {
        lock (_lock)
        {
            if (_members.Count > 0)
            {
                return false;
            }

            _isRetired = true;
            _ = SaveEndAsync();
            return true;
        }
    }

    /// <summary>Takes back <see cref="TryRetire"/>, where the disk refused.</summary>
    public void Revive()
    {
        lock (_lock)
        {
            _isRetired = false;
        }
    }

    public void Dispose() => _timer.Dispose();

    private ConsumerGroupState State
    {
        get
        {
            if (_isRetired || _members.Count == 0)
            {
                return _isRetired ? ConsumerGroupState.Dead : ConsumerGroupState.Empty;
            }

            if (_groupEpoch > _assignmentEpoch)
            {
                return ConsumerGroupState.Assigning;
            }

            foreach (var member in _members.Values)
            {
                if (member.State != MemberState.Stable || member.MemberEpoch != _assignmentEpoch)
                {
                    return ConsumerGroupState.Reconciling;
                }
            }

            return ConsumerGroupState.Stable;
        }
    }

    /// <summary>Adds a member, or replaces it by its next state, and notes that it must be stored.</summary>
    private void Put(ConsumerGroupMember member)
    {
        var before = _members.GetValueOrDefault(member.MemberId);
        if (ReferenceEquals(before, member))
        {
            return;
        }

        if (before is null)
        {
            _deadlines.Add(member.MemberId, new Deadlines());
            if (member.InstanceId is { } instance)
            {
                _memberIdByInstance[instance] = member.MemberId;
            }
        }

        if (before?.Assigned != member.Assigned || before?.PendingRevocation != member.PendingRevocation)
        {
            if (before is not null)
            {
                Release(before);
            }

            Hold(member.Assigned, member.MemberId);
            Hold(member.PendingRevocation, member.MemberId);
        }

        _members[member.MemberId] = member;
        MarkDirty(member.MemberId);
    }

    private void Remove(ConsumerGroupMember member)
    {
        Release(member);
        _members.Remove(member.MemberId);
        _deadlines.Remove(member.MemberId);
        if (member.InstanceId is { } instance && _memberIdByInstance.GetValueOrDefault(instance) == member.MemberId)
        {
            _memberIdByInstance.Remove(instance);
        }

        MarkDirty(member.MemberId);
    }

    private void Hold(PartitionAssignment partitions, string memberId)
    {
        foreach (var (topic, numbers) in partitions.Topics)
        {
            foreach (var partition in numbers)
            {
                _owners[(topic, partition)] = memberId;
            }
        }
    }

    private void Release(ConsumerGroupMember member)
    {
        Release(member.Assigned);
        Release(member.PendingRevocation);

        void Release(PartitionAssignment partitions)
        {
            foreach (var (topic, numbers) in partitions.Topics)
            {
                foreach (var partition in numbers)
                {
                    if (_owners.GetValueOrDefault((topic, partition)) == member.MemberId)
                    {
                        _owners.Remove((topic, partition));
                    }
                }
            }
        }
    }

    private bool IsFree(Guid topic, int partition, string forMember) =>
        !_owners.TryGetValue((topic, partition), out var owner) || owner == forMember;

    /// <summary>When a member is given up, in monotonic milliseconds, and whether it is owed an answer.</summary>
    private sealed class Deadlines
    {
        public long SessionMs { get; set; } = Never;

        /// <summary>How long the session is that ends then.</summary>
        public int SessionTimeoutMs { get; set; }

        public long RebalanceMs { get; set; } = Never;

        /// <summary>What it was to be told was not stored, and so not told.</summary>
        public bool WasNotAnswered { get; set; }
    }
}
