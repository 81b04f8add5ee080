using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <summary>Deadlines: sessions, joins, syncs. One timer, armed for the earliest of them.</summary>
internal sealed partial class ClassicMembership
{
    private Task OnTimerAsync()
    {
        lock (_group.Lock)
        {
            _timer.Reset();
            if (_isOver)
            {
                return Task.CompletedTask;
            }

            var now = NowMs;
            ExpireMembers(now);
            if (_syncDeadlineMs <= now)
            {
                GiveUpOnSyncs();
            }

            if (_joinDeadlineMs <= now)
            {
                OnJoinDeadline();
            }

            Arm();
            return Task.CompletedTask;
        }
    }

    /// <summary>Arms the timer for the earliest deadline.</summary>
    private void Arm()
    {
        var earliest = Math.Min(_joinDeadlineMs, _syncDeadlineMs);
        foreach (var member in _members.Values)
        {
            if (!member.IsWaiting || member.IsNew)
            {
                earliest = Math.Min(earliest, member.SessionDeadlineMs);
            }
        }

        foreach (var deadline in _pendingMembers.Values)
        {
            earliest = Math.Min(earliest, deadline);
        }

        _timer.Arm(earliest);
    }

    private void ExpireMembers(long now)
    {
        List<ClassicMember>? expired = null;
        foreach (var member in _members.Values)
        {
            if ((!member.IsWaiting || member.IsNew) && member.SessionDeadlineMs <= now)
            {
                (expired ??= []).Add(member);
            }
        }

        List<string>? expiredPending = null;
        foreach (var (memberId, deadline) in _pendingMembers)
        {
            if (deadline <= now)
            {
                (expiredPending ??= []).Add(memberId);
            }
        }

        foreach (var memberId in expiredPending ?? [])
        {
            _pendingMembers.Remove(memberId);
        }

        foreach (var member in expired ?? [])
        {
            Log.MemberExpired(_logger, GroupId, member.MemberId, member.SessionTimeoutMs);
            RemoveMemberAndRebalance(member, "a member's session ended");
        }

        if (expiredPending is not null && _state == GroupState.PreparingRebalance)
        {
            CompleteJoinIfAllJoined();
        }
    }

    /// <summary>Members that joined but did not fetch their assignment in time leave; the others rebalance.</summary>
    private void GiveUpOnSyncs()
    {
        _syncDeadlineMs = Never;
        if (_state is not (GroupState.CompletingRebalance or GroupState.Stable))
        {
            return;
        }

        var missing = new List<ClassicMember>();
        foreach (var member in _members.Values)
        {
            if (member.IsSyncPending)
            {
                missing.Add(member);
            }
        }

        foreach (var member in missing)
        {
            RemoveMember(member);
        }

        if (missing.Count > 0)
        {
            PrepareRebalance($"{missing.Count} members did not sync");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3101, LogLevel.Information,
            "Group {Group} prepares a rebalance after generation {Generation}: {Reason}.")]
        public static partial void Rebalancing(ILogger logger, string group, int generation, string reason);

        [LoggerMessage(3102, LogLevel.Information,
            "Group {Group} generation {Generation} has {Members} members, protocol {Protocol}.")]
        public static partial void NewGeneration(
            ILogger logger, string group, int generation, int members, string? protocol);

        [LoggerMessage(3109, LogLevel.Information, "Group {Group} generation {Generation} has no members.")]
        public static partial void Emptied(ILogger logger, string group, int generation);

        [LoggerMessage(3103, LogLevel.Information,
            "Group {Group}: member {Member} sent no heartbeat for {SessionTimeoutMs} ms and leaves.")]
        public static partial void MemberExpired(ILogger logger, string group, string member, int sessionTimeoutMs);

        [LoggerMessage(3104, LogLevel.Error,
            "Group {Group}: its state could not be stored; a restart would not know of the latest generation.")]
        public static partial void StoreFailed(ILogger logger, string group);

        [LoggerMessage(3106, LogLevel.Information,
            "Group {Group}: a member of the new protocol joins; the group goes over to it with generation {Generation} "
            + "and {Members} members of the classic one.")]
        public static partial void Upgraded(ILogger logger, string group, int generation, int members);

        [LoggerMessage(3105, LogLevel.Information,
            "Group {Group}: static member {Instance} came back as {Member}; {Previous} is fenced.")]
        public static partial void StaticMemberReplaced(
            ILogger logger, string group, string instance, string member, string previous);
    }
}
