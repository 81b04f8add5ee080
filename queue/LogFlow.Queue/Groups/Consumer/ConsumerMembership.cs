using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <summary>
/// The members of one group by the new protocol (KIP-848): the group coordinator itself assigns the partitions, and
/// members learn of it one by one with their heartbeats; nobody waits for all.
/// <para>Three epochs: the group's rises with every change of membership, subscription or topics; the target
/// assignment's says which group epoch it was computed for; a member's says which target it has reached.</para>
/// <para>A state machine under the group's lock, like the classic membership: every call moves the state and hands what
/// changed to the store, in this order; the answer waits for the disk.</para>
/// </summary>
internal sealed partial class ConsumerMembership : IMembership
{
    /// <summary>How ListGroups names this kind of group.</summary>
    public const string TypeName = "consumer";

    private const long Never = GroupTimer.Never;

    private readonly Group _group;
    private readonly GroupEnvironment _environment;
    private readonly ConsumerGroupSettings _settings;
    private readonly ILogger _logger;
    private readonly GroupTimer _timer;
    private readonly GroupSubscriptions _subscriptions;
    private readonly Dictionary<string, ConsumerMember> _members = [];
    private readonly Dictionary<string, Deadlines> _deadlines = [];
    private readonly Dictionary<string, string> _memberIdByInstance = [];

    /// <summary>Who holds each partition: assigned, or not given up yet.</summary>
    private readonly Dictionary<(Guid Topic, int Partition), string> _owners = [];
    private int _groupEpoch;
    private int _assignmentEpoch;
    private long _topicsHash;
    private long _changedMs;
    private bool _isOver;

    /// <summary>What the group goes on with, once the last member of the new protocol is gone.</summary>
    private ClassicMembership? _successor;

    /// <param name="group">Whose members.</param>
    /// <param name="storedMemberIds">
    /// Members that the disk may still have from when the group was of the new protocol before: who of them is not here
    /// any more goes with the next write. Left there, they would be back after a restart, with their partitions.
    /// </param>
    public ConsumerMembership(Group group, IReadOnlyCollection<string> storedMemberIds)
    {
        _group = group;
        _environment = group.Environment;
        _settings = _environment.Settings.Consumer;
        _logger = _environment.Logger;
        _subscriptions = new GroupSubscriptions(_environment.Topics);
        _changedMs = _environment.WallClockMs;
        MarkGroupDirty();
        foreach (var memberId in storedMemberIds)
        {
            MarkDirty(memberId);
        }

        _timer = new GroupTimer(_environment, OnTimerAsync);
    }

    public string GroupType => TypeName;

    public string ProtocolType => ClassicMembership.ConsumerProtocolType;

    public string StateName => State.ToString();

    public int MemberCount => _members.Count;

    public bool IsEmpty => _members.Count == 0;

    public long? EmptySinceMs => _changedMs;

    public IReadOnlyCollection<string> StoredMemberIds => [.. _members.Keys.Union(_dirtyMembers.Keys)];

    private string GroupId => _group.GroupId;

    private int HeartbeatIntervalMs =>
        _environment.Configs.Find(GroupId).ConsumerHeartbeatIntervalMs ?? _settings.HeartbeatIntervalMs;

    private int SessionTimeoutMs =>
        _environment.Configs.Find(GroupId).ConsumerSessionTimeoutMs ?? _settings.SessionTimeoutMs;

    private long NowMs => _environment.NowMs;

    /// <summary>An empty group changes its protocol with whoever joins next.</summary>
    public IMembership ForClassicJoin() => _members.Count > 0 ? this : new ClassicMembership(_group, DescribeEnd());

    public ConsumerMembership? ForConsumerHeartbeat(ConsumerHeartbeatInput input, out ConsumerHeartbeatResult? refusal)
    {
        refusal = null;
        return this;
    }

    /// <summary>Takes over what the store kept; every member gets a whole session to be heard from.</summary>
    public void Restore(ConsumerGroupSnapshot snapshot)
    {
        TakeOver(snapshot);
        _dirtyMembers.Clear();
        _dirtyGroup = 0;
    }

    /// <summary>
    /// Goes on with the members of a classic group; nothing of that is stored yet. The topics that there are now are
    /// what its assignment was made for: they are no reason to assign anew.
    /// </summary>
    public void UpgradeFrom(ConsumerGroupSnapshot snapshot)
    {
        TakeOver(snapshot);
        _topicsHash = _subscriptions.Hash(_members.Values);
    }

    private void TakeOver(ConsumerGroupSnapshot snapshot)
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
    }

    public GroupSnapshot? DescribeClassic() => null;

    public ConsumerGroupSnapshot DescribeConsumer() => new()
    {
        State = State,
        GroupEpoch = _groupEpoch,
        AssignmentEpoch = _assignmentEpoch,
        AssignorName = PreferredAssignor(),
        TopicsHash = _topicsHash,
        ChangedMs = _changedMs,
        Members = [.. _members.Values],
    };

    public void Dispose()
    {
        _isOver = true;
        _timer.Dispose();
    }

    private ConsumerGroupState State
    {
        get
        {
            if (_members.Count == 0)
            {
                return ConsumerGroupState.Empty;
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
    private void Put(ConsumerMember member)
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

    private void Remove(ConsumerMember member)
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

    private void Release(ConsumerMember member)
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

        /// <summary>A member of the classic protocol was told to join again.</summary>
        public long JoinMs { get; set; } = Never;

        /// <summary>A member of the classic protocol has joined, and has to fetch its partitions.</summary>
        public long SyncMs { get; set; } = Never;

        public long Earliest => Math.Min(Math.Min(SessionMs, RebalanceMs), Math.Min(JoinMs, SyncMs));

        /// <summary>What it was to be told was not stored, and so not told.</summary>
        public bool WasNotAnswered { get; set; }
    }
}
