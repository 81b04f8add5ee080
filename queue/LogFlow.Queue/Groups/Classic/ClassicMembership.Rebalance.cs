using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>The way from one generation to the next.</summary>
internal sealed partial class ClassicMembership
{
    private void PrepareRebalance(string reason)
    {
        if (_state == GroupState.CompletingRebalance)
        {
            foreach (var member in _members.Values)
            {
                member.Assignment = [];
                AnswerSync(member, new SyncGroupResult(ErrorCode.RebalanceInProgress));
            }
        }

        Log.Rebalancing(_logger, GroupId, _generation, reason);
        _environment.Metrics.GroupRebalanced();
        _syncDeadlineMs = Never;
        _isInitialJoin = _state == GroupState.Empty;
        var rebalanceTimeoutMs = LongestRebalanceTimeoutMs();
        MoveTo(GroupState.PreparingRebalance);
        if (_isInitialJoin)
        {
            // The first members of a group get time to arrive together, instead of one generation each.
            var delayMs = Math.Min(_settings.InitialRebalanceDelayMs, rebalanceTimeoutMs);
            _initialDelayLeftMs = Math.Max(rebalanceTimeoutMs - delayMs, 0);
            _memberAddedSinceDelay = false;
            _joinDeadlineMs = NowMs + delayMs;
            if (delayMs == 0)
            {
                CompleteJoin();
            }

            return;
        }

        _joinDeadlineMs = NowMs + rebalanceTimeoutMs;
        CompleteJoinIfAllJoined();
    }

    private int LongestRebalanceTimeoutMs()
    {
        var longest = 0;
        foreach (var member in _members.Values)
        {
            longest = Math.Max(longest, member.RebalanceTimeoutMs);
        }

        return longest;
    }

    private void CompleteJoinIfAllJoined()
    {
        if (_isInitialJoin || _pendingMembers.Count > 0)
        {
            return;
        }

        foreach (var member in _members.Values)
        {
            if (member.AwaitingJoin is null)
            {
                return;
            }
        }

        CompleteJoin();
    }

    private void OnJoinDeadline()
    {
        if (_isInitialJoin && _memberAddedSinceDelay && _initialDelayLeftMs > 0)
        {
            var delayMs = Math.Min(_settings.InitialRebalanceDelayMs, _initialDelayLeftMs);
            _initialDelayLeftMs -= delayMs;
            _memberAddedSinceDelay = false;
            _joinDeadlineMs = NowMs + delayMs;
            return;
        }

        CompleteJoin();
    }

    /// <summary>
    /// Whoever has joined makes up the next generation. Dynamic members that did not are dropped; static ones keep
    /// their place until their session ends.
    /// </summary>
    private void CompleteJoin()
    {
        _joinDeadlineMs = Never;
        _isInitialJoin = false;
        var absent = new List<ClassicMember>();
        var hasJoined = false;
        foreach (var member in _members.Values)
        {
            hasJoined |= member.AwaitingJoin is not null;
            if (member.AwaitingJoin is null && !member.IsStatic)
            {
                absent.Add(member);
            }
        }

        foreach (var member in absent)
        {
            RemoveMember(member);
        }

        if (_members.Count > 0 && !hasJoined)
        {
            // Only absent static members are left: wait for one to lead, or for their sessions to end.
            _joinDeadlineMs = NowMs + LongestRebalanceTimeoutMs();
            return;
        }

        _generation++;
        if (_members.Count == 0)
        {
            BecomeEmpty();
            return;
        }

        ElectJoinedLeader();
        _protocolName = SelectProtocol();
        MoveTo(GroupState.CompletingRebalance);
        Log.NewGeneration(_logger, GroupId, _generation, _members.Count, _protocolName);
        foreach (var member in _members.Values)
        {
            member.IsNew = false;
            member.IsSyncPending = true;
            Touch(member);
            AnswerJoin(member, CurrentGenerationFor(member));
        }

        _syncDeadlineMs = NowMs + LongestRebalanceTimeoutMs();
    }

    private void BecomeEmpty()
    {
        _protocolName = null;
        _leaderId = null;
        MoveTo(GroupState.Empty);
        Log.Emptied(_logger, GroupId, _generation);
        var empty = Snapshot();
        _environment.Work.StartHere("keeping an empty group", _ => StoreEmptyAsync(empty));
    }

    /// <summary>
    /// Keeps the time since which the group is empty. Nobody waits for it: losing it delays expiry only.
    /// </summary>
    private async Task StoreEmptyAsync(GroupSnapshot snapshot)
    {
        if (await SaveAsync(snapshot) != ErrorCode.None)
        {
            Log.StoreFailed(_logger, GroupId);
        }
    }

    private void ElectJoinedLeader()
    {
        if (_leaderId is { } leaderId && _members[leaderId].AwaitingJoin is not null)
        {
            return;
        }

        foreach (var member in _members.Values)
        {
            if (member.AwaitingJoin is not null)
            {
                _leaderId = member.MemberId;
                return;
            }
        }
    }

    /// <summary>
    /// Among the assignors that all members support, each member votes for the first on its own list; the most votes
    /// win, and the leader's order decides between equals.
    /// </summary>
    private string SelectProtocol()
    {
        var votes = new Dictionary<string, int>();
        foreach (var member in _members.Values)
        {
            foreach (var protocol in member.Protocols)
            {
                if (IsSupportedByAll(protocol.Name))
                {
                    votes[protocol.Name] = votes.GetValueOrDefault(protocol.Name) + 1;
                    break;
                }
            }
        }

        var chosen = "";
        foreach (var protocol in _members[_leaderId!].Protocols)
        {
            if (votes.GetValueOrDefault(protocol.Name) > votes.GetValueOrDefault(chosen))
            {
                chosen = protocol.Name;
            }
        }

        // The leader may not have voted for the winner: look at the rest as well.
        foreach (var (name, count) in votes)
        {
            if (count > votes.GetValueOrDefault(chosen))
            {
                chosen = name;
            }
        }

        return chosen;
    }

    private void RemoveMemberAndRebalance(ClassicMember member, string reason)
    {
        RemoveMember(member);
        switch (_state)
        {
            case GroupState.Stable or GroupState.CompletingRebalance:
                PrepareRebalance(reason);
                break;
            case GroupState.PreparingRebalance:
                CompleteJoinIfAllJoined();
                break;
        }
    }
}
