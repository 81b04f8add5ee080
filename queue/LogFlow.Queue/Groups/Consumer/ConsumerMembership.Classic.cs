using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <content>
/// Members that speak the classic protocol in a group of the new one. Each joins and syncs on its own and is answered
/// at once: its generation is its epoch, REBALANCE_IN_PROGRESS tells it to join again, and by joining it says what it
/// owns.
/// </content>
internal sealed partial class ConsumerMembership
{
    public async Task<JoinGroupResult> JoinAsync(JoinGroupInput input)
    {
        var isNew = input.MemberId.Length == 0;
        var memberId = isNew ? _environment.NewMemberId() : input.MemberId;
        if (FindFull(_settings, _members.Count, _members.ContainsKey(memberId)) is not null)
        {
            return JoinGroupResult.Failed(ErrorCode.GroupMaxSizeReached, "");
        }

        if (!SupportsClassic(input))
        {
            return JoinGroupResult.Failed(ErrorCode.InconsistentGroupProtocol, "");
        }

        if (isNew && input.RequiresKnownMemberId)
        {
            return JoinGroupResult.Failed(ErrorCode.MemberIdRequired, memberId);
        }

        var (result, deadlines) = Join(memberId, isNew, input);
        if (!await SaveAsync())
        {
            return JoinGroupResult.Failed(ErrorCode.CoordinatorNotAvailable, memberId);
        }

        if (deadlines is not null)
        {
            lock (_group.Lock)
            {
                deadlines.JoinMs = Never;
                deadlines.SyncMs = NowMs + input.RebalanceTimeoutMs;
                _timer.Arm(deadlines.SyncMs);
            }
        }

        return result;
    }

    public async Task<SyncGroupResult> SyncAsync(SyncGroupInput input)
    {
        var result = Sync(input);
        return await SaveAsync() ? result : new SyncGroupResult(ErrorCode.CoordinatorNotAvailable);
    }

    public ErrorCode Heartbeat(string memberId, string? instanceId, int generation)
    {
        var error = IdentifyClassic(memberId, instanceId, generation, out var member);
        if (error != ErrorCode.None)
        {
            return error;
        }

        Touch(member!);
        var mustJoin = member!.MemberEpoch < _groupEpoch
            || member.State == MemberState.UnrevokedPartitions
            || (member.State == MemberState.UnreleasedPartitions && HasWholeTarget(member));
        return mustJoin ? DemandJoin(member) : ErrorCode.None;
    }

    /// <summary>
    /// Members leave by the classic protocol, or an administrator removes them: by member id, or by instance id and, if
    /// it is given, member id. Completes when that is durable.
    /// </summary>
    public async ValueTask<LeaveGroupResult[]> LeaveAsync(IReadOnlyList<LeavingMember> members)
    {
        var results = new LeaveGroupResult[members.Count];
        var left = new List<(ConsumerMember Member, string Reason)>();
        for (var i = 0; i < results.Length; i++)
        {
            var error = FindLeaving(members[i], out var member);
            results[i] = new LeaveGroupResult(error, error == ErrorCode.None ? member!.MemberId : members[i].MemberId);
            if (error == ErrorCode.None)
            {
                left.Add((member!, members[i].Reason));
            }
        }

        RemoveMembers(left);
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

    /// <summary>
    /// A member must speak for consumers, and share at least one assignor with all others that do so.
    /// </summary>
    private bool SupportsClassic(JoinGroupInput input) =>
        input.ProtocolType == ClassicMembership.ConsumerProtocolType
        && input.Protocols.Any(protocol => _members.Values.All(
            member => member.Classic is not { } classic || classic.Supports(protocol.Name)));

    private (JoinGroupResult Result, Deadlines? Deadlines) Join(string memberId, bool isNew, JoinGroupInput input)
    {
        ConsumerProtocolSubscription subscription;
        try
        {
            subscription = ConsumerProtocol.ReadSubscription(input.Protocols[0].Metadata);
        }
        catch (ProtocolViolationException)
        {
            return (JoinGroupResult.Failed(ErrorCode.UnknownServerError, ""), null);
        }

        var holder = input.GroupInstanceId is { } instance && _memberIdByInstance.TryGetValue(instance, out var id)
            ? _members[id]
            : null;
        var owned = ClassicAssignments.Owned(subscription, _environment.Topics);

        // Kafka admits whoever comes with an id. One that was given up in the meantime would go on reading what others
        // have been given since; told that it is unknown, it drops everything and joins as another.
        var error = input.GroupInstanceId is null && !owned.IsEmpty && !_members.ContainsKey(memberId)
                ? ErrorCode.UnknownMemberId
            : input.GroupInstanceId is null || isNew ? ErrorCode.None
            : holder is null ? ErrorCode.UnknownMemberId
            : holder.MemberId != memberId ? ErrorCode.FencedInstanceId
            : ErrorCode.None;
        if (error != ErrorCode.None)
        {
            return (JoinGroupResult.Failed(error, ""), null);
        }

        var before = holder is not null && isNew ? Replace(holder, memberId)
            : _members.GetValueOrDefault(memberId)
                ?? new ConsumerMember { MemberId = memberId, InstanceId = input.GroupInstanceId };
        var member = Advance(
            before,
            Update(before, input, subscription),
            owned,
            out var hasNewSubscription);
        var result = new JoinGroupResult
        {
            MemberId = memberId,
            Generation = member.MemberEpoch,
            ProtocolType = ClassicMembership.ConsumerProtocolType,
            ProtocolName = member.Classic!.ProtocolName,
        };

        // Kafka goes back without a rebalance wherever the subscription is the same, also while a member waits for what
        // others have not given up yet: two would own that. Here such a group rebalances.
        var wasLast = holder is { Classic: null } && isNew;
        return wasLast && TryDowngrade(hasNewSubscription || State != ConsumerGroupState.Stable)
            ? (result, null)
            : (result, _deadlines[memberId]);
    }

    private static ConsumerMember Update(
        ConsumerMember member, JoinGroupInput input, ConsumerProtocolSubscription subscription)
    {
        var topics = Sorted(subscription.Topics);
        var classic = new ClassicMemberMetadata(input.SessionTimeoutMs, input.Protocols);
        return member with
        {
            InstanceId = input.GroupInstanceId ?? member.InstanceId,
            RackId = subscription.RackId ?? member.RackId,
            RebalanceTimeoutMs = input.RebalanceTimeoutMs == -1 ? member.RebalanceTimeoutMs : input.RebalanceTimeoutMs,
            SubscribedTopics = topics.SequenceEqual(member.SubscribedTopics) ? member.SubscribedTopics : topics,
            ClientId = input.ClientId,
            ClientHost = input.ClientHost,
            Classic = classic,
        };
    }

    private SyncGroupResult Sync(SyncGroupInput input)
    {
        var error = IdentifyClassic(input.MemberId, input.GroupInstanceId, input.Generation, out var member);
        if (error != ErrorCode.None)
        {
            return new SyncGroupResult(error);
        }

        var classic = member!.Classic!;
        if ((input.ProtocolType is not null && input.ProtocolType != ClassicMembership.ConsumerProtocolType)
            || (input.ProtocolName is not null && input.ProtocolName != classic.ProtocolName))
        {
            return new SyncGroupResult(ErrorCode.InconsistentGroupProtocol);
        }

        if (_groupEpoch > member.MemberEpoch && member.State != MemberState.UnrevokedPartitions)
        {
            // One that has partitions to give up has joined already; it does so first.
            return new SyncGroupResult(DemandJoin(member));
        }

        _deadlines[member.MemberId].SyncMs = Never;
        Touch(member);
        return new SyncGroupResult(
            ErrorCode.None,
            input.ProtocolType,
            input.ProtocolName,
            ClassicAssignments.Serialize(member.Assigned, _environment.Topics, classic.Protocols[0].Metadata));
    }

    private ErrorCode IdentifyClassic(
        string memberId, string? instanceId, int generation, out ConsumerMember? member)
    {
        member = null;
        if (instanceId is not null)
        {
            if (!_memberIdByInstance.TryGetValue(instanceId, out var holderId))
            {
                return ErrorCode.UnknownMemberId;
            }

            if (holderId != memberId)
            {
                return ErrorCode.FencedInstanceId;
            }
        }

        return !_members.TryGetValue(memberId, out member) || member.Classic is null ? ErrorCode.UnknownMemberId
            : member.MemberEpoch != generation ? ErrorCode.IllegalGeneration
            : ErrorCode.None;
    }

    /// <summary>
    /// The member is told to join again, and has its rebalance timeout for that from the first time on.
    /// </summary>
    private ErrorCode DemandJoin(ConsumerMember member)
    {
        var deadlines = _deadlines[member.MemberId];
        if (deadlines.JoinMs == Never)
        {
            deadlines.JoinMs = NowMs + member.RebalanceTimeoutMs;
            _timer.Arm(deadlines.JoinMs);
        }

        return ErrorCode.RebalanceInProgress;
    }

    /// <summary>Whether all that the member's target gives it is its own or free.</summary>
    private bool HasWholeTarget(ConsumerMember member) => member.Target
        .Where((topic, partition) => !IsFree(topic, partition, member.MemberId)).IsEmpty;

    private ErrorCode FindLeaving(LeavingMember leaving, out ConsumerMember? member)
    {
        var holderId = leaving.InstanceId is { } instance
            ? _memberIdByInstance.GetValueOrDefault(instance, "")
            : leaving.MemberId;
        if (!_members.TryGetValue(holderId, out member))
        {
            return ErrorCode.UnknownMemberId;
        }

        return leaving.MemberId.Length > 0 && leaving.MemberId != holderId
            ? ErrorCode.FencedInstanceId
            : ErrorCode.None;
    }

    /// <summary>
    /// Goes back to the classic protocol where only members are left that speak it. Each keeps what it has; the group's
    /// epoch is their generation, so that nobody has to start anew.
    /// </summary>
    private bool TryDowngrade(bool rebalances)
    {
        if (_members.Count == 0 || _members.Values.Any(member => member.Classic is null))
        {
            return false;
        }

        var obstacle = (_settings.MigrationPolicy & MigrationPolicy.Downgrade) == 0
                ? "group.consumer.migration.policy does not allow the way back"
            : _members.Count > _environment.Settings.SizeMax ? "it has more members than group.max.size"
            : null;
        if (obstacle is not null)
        {
            Log.NotDowngraded(_logger, GroupId, obstacle);
            return false;
        }

        Log.Downgraded(_logger, GroupId, _members.Count, _groupEpoch);
        var successor = new ClassicMembership(_group, DescribeEnd());
        successor.TakeOver(DescribeAsClassic(), rebalances);
        _group.Become(successor);
        _successor = successor;
        return true;
    }

    private GroupSnapshot DescribeAsClassic() => new()
    {
        GroupId = GroupId,
        State = GroupState.Stable,
        Generation = _groupEpoch,
        ProtocolType = ClassicMembership.ConsumerProtocolType,
        StateChangedMs = _environment.WallClockMs,
        Members =
        [
            .. _members.Values.Select(member => new MemberSnapshot
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.InstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                SessionTimeoutMs = member.Classic!.SessionTimeoutMs,
                RebalanceTimeoutMs = member.RebalanceTimeoutMs,
                Protocols = member.Classic.Protocols,
                Assignment = ClassicAssignments.Serialize(
                    Held(member), _environment.Topics, member.Classic.Protocols[0].Metadata),
            }),
        ],
    };

    /// <summary>
    /// All that the member may be reading. Kafka takes its target, part of which another may not have given up yet: a
    /// member of the new protocol that comes before the rebalance has ended would find two owners.
    /// </summary>
    private static PartitionAssignment Held(ConsumerMember member) =>
        member.Assigned.Union(member.PendingRevocation);
}
