using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>ConsumerGroupHeartbeat: joining, staying, leaving.</summary>
internal sealed partial class ConsumerMembership
{
    /// <summary>
    /// Completes when everything that the answer depends on is durable. CoordinatorNotAvailable: the disk refused.
    /// Called under the lock; what is awaited is awaited without.
    /// </summary>
    public async ValueTask<ConsumerHeartbeatResult> HeartbeatAsync(ConsumerHeartbeatInput input)
    {
        var result = input.MemberEpoch < ConsumerHeartbeatInput.JoinEpoch ? Leave(input) : Heartbeat(input);
        var isStored = false;
        try
        {
            isStored = await SaveAsync();
        }
        finally
        {
            if (!isStored)
            {
                NoteNotAnswered(result.MemberId ?? input.MemberId);
            }
        }

        return isStored
            ? result
            : ConsumerHeartbeatResult.Failed(ErrorCode.CoordinatorNotAvailable, "the group could not be stored");
    }

    private ConsumerHeartbeatResult Heartbeat(ConsumerHeartbeatInput input)
    {
        if (FindFull(_settings, _members.Count, _members.ContainsKey(input.MemberId)) is { } full)
        {
            return full;
        }

        var memberId = input.MemberId.Length > 0 ? input.MemberId : _environment.NewMemberId();
        if (Admit(memberId, input, out var before) is { } refusal)
        {
            return refusal;
        }

        var reconciled = Advance(before, Update(before, input), input.Owned, out _);
        var deadlines = _deadlines[memberId];
        var mustTell = input.IsFull || deadlines.WasNotAnswered || !reconciled.Assigned.Equals(before.Assigned);
        if (deadlines.WasNotAnswered)
        {
            deadlines.WasNotAnswered = false;
            LimitRevocation(reconciled);
        }

        return new ConsumerHeartbeatResult
        {
            MemberId = memberId,
            MemberEpoch = reconciled.MemberEpoch,
            HeartbeatIntervalMs = HeartbeatIntervalMs,
            Assignment = mustTell ? reconciled.Assigned : null,
        };
    }

    /// <summary>The refusal of one member too many; null: there is room.</summary>
    public static ConsumerHeartbeatResult? FindFull(
        ConsumerGroupSettings settings, int memberCount, bool isMember) => memberCount < settings.SizeMax || isMember
        ? null
        : ConsumerHeartbeatResult.Failed(
            ErrorCode.GroupMaxSizeReached,
            $"The consumer group has reached its maximum capacity of {settings.SizeMax} members.");

    /// <summary>
    /// A member that was heard from, by either protocol, takes what it says for its own, and one step towards its
    /// target.
    /// </summary>
    private ConsumerMember Advance(
        ConsumerMember before, ConsumerMember member, PartitionAssignment? owned, out bool hasNewSubscription)
    {
        hasNewSubscription = !member.HasSubscriptionOf(before);
        Put(member);
        if (hasNewSubscription)
        {
            _subscriptions.Trim(_members.Values);
        }

        if (hasNewSubscription || _subscriptions.IsStale)
        {
            NoteSubscriptions(hasNewSubscription);
        }

        AssignIfDue();
        var reconciled = Reconcile(_members[member.MemberId], owned, hasNewSubscription);
        Touch(reconciled);
        return reconciled;
    }

    /// <summary>Who speaks, and whether it may; a member that joins is not in the group yet.</summary>
    private ConsumerHeartbeatResult? Admit(
        string memberId, ConsumerHeartbeatInput input, out ConsumerMember member)
    {
        var isJoining = input.MemberEpoch == ConsumerHeartbeatInput.JoinEpoch;
        var known = _members.GetValueOrDefault(memberId);
        member = known ?? new ConsumerMember { MemberId = memberId, InstanceId = input.InstanceId };
        if (input.InstanceId is { } instance)
        {
            known = _memberIdByInstance.TryGetValue(instance, out var holderId) ? _members[holderId] : null;
            if (isJoining)
            {
                return known is null ? null : TakeOver(known, memberId, out member);
            }

            if (FindFencing(known, memberId, instance) is { } fencing)
            {
                return fencing;
            }
        }

        if (isJoining)
        {
            return null;
        }

        if (known is null)
        {
            return ConsumerHeartbeatResult.Failed(
                ErrorCode.UnknownMemberId, $"Member {memberId} is not a member of group {GroupId}.");
        }

        member = known;
        return FindEpochProblem(known, input);
    }

    private ConsumerHeartbeatResult? FindFencing(ConsumerMember? holder, string memberId, string instance)
    {
        if (holder is null)
        {
            return ConsumerHeartbeatResult.Failed(
                ErrorCode.UnknownMemberId, $"Instance id {instance} is unknown.");
        }

        return holder.MemberId == memberId
            ? null
            : ConsumerHeartbeatResult.Failed(
                ErrorCode.FencedInstanceId,
                $"Static member {memberId} with instance id {instance} was fenced by member {holder.MemberId}.");
    }

    /// <summary>
    /// The epoch before is accepted from a member that owns no more than it should: the answer with the new epoch may
    /// have been lost.
    /// </summary>
    private static ConsumerHeartbeatResult? FindEpochProblem(ConsumerMember member, ConsumerHeartbeatInput input)
    {
        if (input.MemberEpoch == member.MemberEpoch
            || (input.MemberEpoch == member.PreviousMemberEpoch && input.Owned?.IsSubsetOf(member.Assigned) == true))
        {
            return null;
        }

        var relation = input.MemberEpoch > member.MemberEpoch ? "greater" : "smaller";
        return ConsumerHeartbeatResult.Failed(
            ErrorCode.FencedMemberEpoch,
            $"The consumer group member has a {relation} member epoch ({input.MemberEpoch}) than the one known by the "
            + $"group coordinator ({member.MemberEpoch}). The member must abandon all its partitions and rejoin.");
    }

    /// <summary>
    /// A static member that said it would be back comes back, under another id: it gets its partitions at once, and
    /// nobody else notices. One that did not say so still holds them; one of the classic protocol cannot say so.
    /// </summary>
    private ConsumerHeartbeatResult? TakeOver(
        ConsumerMember holder, string memberId, out ConsumerMember member)
    {
        member = holder;
        if (holder.Classic is null && holder.MemberEpoch != ConsumerHeartbeatInput.LeaveStaticEpoch)
        {
            return ConsumerHeartbeatResult.Failed(
                ErrorCode.UnreleasedInstanceId,
                $"Static member {memberId} with instance id {holder.InstanceId} cannot join the group because the "
                + $"instance id is owned by {holder.MemberId} member.");
        }

        member = Replace(holder, memberId);
        return null;
    }

    private ConsumerMember Replace(ConsumerMember holder, string memberId)
    {
        Log.StaticMemberReplaced(_logger, GroupId, holder.InstanceId!, memberId, holder.MemberId);
        Remove(holder);
        var member = holder with
        {
            MemberId = memberId,
            MemberEpoch = 0,
            PreviousMemberEpoch = 0,
            State = MemberState.Stable,
            PendingRevocation = PartitionAssignment.Empty,
        };
        Put(member);
        return member;
    }

    private static ConsumerMember Update(ConsumerMember member, ConsumerHeartbeatInput input)
    {
        var updated = member with
        {
            InstanceId = input.InstanceId ?? member.InstanceId,
            RackId = input.RackId ?? member.RackId,
            RebalanceTimeoutMs = input.RebalanceTimeoutMs == -1 ? member.RebalanceTimeoutMs : input.RebalanceTimeoutMs,
            ServerAssignor = input.ServerAssignor ?? member.ServerAssignor,
            SubscribedTopics = input.SubscribedTopics is { } names ? Sorted(names) : member.SubscribedTopics,
            SubscribedRegex = input.SubscribedRegex ?? member.SubscribedRegex,
            ClientId = input.ClientId,
            ClientHost = input.ClientHost,
            Classic = null,
        };

        // Record equality compares the lists by reference: an equal one stays, so that nothing is written for nothing.
        if (updated.SubscribedTopics.SequenceEqual(member.SubscribedTopics))
        {
            updated = updated with { SubscribedTopics = member.SubscribedTopics };
        }

        return updated.Equals(member) ? member : updated;
    }

    private static IReadOnlyList<string> Sorted(IReadOnlyList<string> names) =>
        [.. new SortedSet<string>(names, StringComparer.Ordinal)];

    private ConsumerHeartbeatResult Leave(ConsumerHeartbeatInput input)
    {
        var member = _members.GetValueOrDefault(input.MemberId);
        if (input.InstanceId is { } instance)
        {
            member = _memberIdByInstance.TryGetValue(instance, out var holderId) ? _members[holderId] : null;
            if (FindFencing(member, input.MemberId, instance) is { } fencing)
            {
                return fencing;
            }
        }

        if (member is null)
        {
            return ConsumerHeartbeatResult.Failed(
                ErrorCode.UnknownMemberId, $"Member {input.MemberId} is not a member of group {GroupId}.");
        }

        if (input.MemberEpoch == ConsumerHeartbeatInput.LeaveStaticEpoch && member.InstanceId is not null)
        {
            // Its session goes on: if it is not back until then, its partitions go to others.
            Put(member with
            {
                MemberEpoch = ConsumerHeartbeatInput.LeaveStaticEpoch,
                PendingRevocation = PartitionAssignment.Empty,
            });
        }
        else
        {
            RemoveMembers([(member, "it left")]);
        }

        return new ConsumerHeartbeatResult { MemberId = input.MemberId, MemberEpoch = input.MemberEpoch };
    }
}
