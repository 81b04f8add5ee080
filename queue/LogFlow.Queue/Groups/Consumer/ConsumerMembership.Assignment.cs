using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <summary>From a change of the group to a target assignment, and from there to its members.</summary>
internal sealed partial class ConsumerMembership
{
    /// <summary>
    /// A member changed its subscription, or topics came, went or grew: another group epoch, where that means anything
    /// to this group.
    /// </summary>
    private void NoteSubscriptions(bool hasNewSubscription)
    {
        var hash = _subscriptions.Hash(_members.Values);
        if (hash != _topicsHash)
        {
            _topicsHash = hash;
            BumpEpoch();
        }
        else if (hasNewSubscription || _groupEpoch == 0)
        {
            BumpEpoch();
        }
    }

    private void BumpEpoch()
    {
        _groupEpoch++;
        _changedMs = _environment.WallClockMs;
        MarkGroupDirty();
    }

    private void AssignIfDue()
    {
        if (_groupEpoch <= _assignmentEpoch)
        {
            return;
        }

        var inputs = new List<AssignmentInput>(_members.Count);
        foreach (var member in _members.Values)
        {
            inputs.Add(new AssignmentInput(
                member.MemberId, member.InstanceId, _subscriptions.TopicsOf(member), member.Target));
        }

        var assignor = PartitionAssignors.Create(PreferredAssignor());
        var targets = assignor.Assign(inputs);
        foreach (var input in inputs)
        {
            var target = targets[input.MemberId];
            if (!target.Equals(input.Current))
            {
                Put(_members[input.MemberId] with { Target = target });
            }
        }

        _assignmentEpoch = _groupEpoch;
        MarkGroupDirty();
        _environment.Metrics.GroupRebalanced();
        Log.Assigned(_logger, GroupId, _groupEpoch, _members.Count, assignor.Name);
    }

    /// <summary>The assignor that most members ask for; the configured default if none asks or at a draw.</summary>
    private string PreferredAssignor()
    {
        var votes = new Dictionary<string, int>();
        foreach (var member in _members.Values)
        {
            if (!string.IsNullOrEmpty(member.ServerAssignor))
            {
                votes[member.ServerAssignor] = votes.GetValueOrDefault(member.ServerAssignor) + 1;
            }
        }

        var chosen = _settings.Assignors[0];
        foreach (var name in _settings.Assignors)
        {
            // A member may still ask for one that the configuration has dropped since: its vote does not count.
            if (votes.GetValueOrDefault(name) > votes.GetValueOrDefault(chosen))
            {
                chosen = name;
            }
        }

        return chosen;
    }

    private ConsumerMember Reconcile(
        ConsumerMember member, PartitionAssignment? owned, bool hasNewSubscription)
    {
        Func<Guid, bool>? isSubscribed = null;
        if (hasNewSubscription)
        {
            var topics = _subscriptions.TopicsOf(member).Select(topic => topic.Id).ToHashSet();
            isSubscribed = topics.Contains;
        }

        var reconciled = MemberReconciler.Reconcile(
            member,
            _assignmentEpoch,
            owned,
            (topic, partition) => IsFree(topic, partition, member.MemberId),
            isSubscribed);
        if (member.State == MemberState.UnreleasedPartitions && IsSamePlace(reconciled, member))
        {
            // It still waits for the same partitions: nothing to store.
            return member;
        }

        if (!ReferenceEquals(reconciled, member))
        {
            LimitRevocation(reconciled);
        }

        Put(reconciled);
        return reconciled;
    }

    private static bool IsSamePlace(ConsumerMember left, ConsumerMember right) =>
        left.State == right.State && left.MemberEpoch == right.MemberEpoch && left.Assigned.Equals(right.Assigned);

    /// <summary>
    /// Their partitions are free at once; who gets them is decided with the next heartbeat of anybody. Where nobody of
    /// the new protocol is left, the group goes back to the classic one.
    /// </summary>
    private void RemoveMembers(List<(ConsumerMember Member, string Reason)> members)
    {
        foreach (var (member, reason) in members)
        {
            Log.MemberRemoved(_logger, GroupId, member.MemberId, reason);
            Remove(member);
        }

        if (members.Count > 0 && !TryDowngrade(rebalances: true))
        {
            _subscriptions.Trim(_members.Values);
            _topicsHash = _subscriptions.Hash(_members.Values);
            BumpEpoch();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3130, LogLevel.Information,
            "Group {Group} epoch {GroupEpoch}: assigned anew over {Members} members by {Assignor}.")]
        public static partial void Assigned(
            ILogger logger, string group, int groupEpoch, int members, string assignor);

        [LoggerMessage(3131, LogLevel.Information, "Group {Group}: member {Member} is gone: {Reason}.")]
        public static partial void MemberRemoved(ILogger logger, string group, string member, string reason);

        [LoggerMessage(3132, LogLevel.Information,
            "Group {Group}: static member {Instance} came back as {Member} in the place of {Previous}.")]
        public static partial void StaticMemberReplaced(
            ILogger logger, string group, string instance, string member, string previous);

        [LoggerMessage(3133, LogLevel.Error,
            "Group {Group}: its state could not be stored; its members are not answered until it can be.")]
        public static partial void StoreFailed(ILogger logger, string group);

        [LoggerMessage(3134, LogLevel.Information,
            "Group {Group}: no member of the new protocol is left; its {Members} members of the classic one go on by "
            + "that, from generation {Generation}.")]
        public static partial void Downgraded(ILogger logger, string group, int members, int generation);

        [LoggerMessage(3135, LogLevel.Information,
            "Group {Group} stays a group of the new protocol, though only members of the classic one are left: "
            + "{Reason}.")]
        public static partial void NotDowngraded(ILogger logger, string group, string reason);
    }
}
