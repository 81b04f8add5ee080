using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>SyncGroup, Heartbeat and LeaveGroup: a member's life within a generation.</summary>
internal sealed partial class ClassicMembership
{
    public Task<SyncGroupResult> SyncAsync(SyncGroupInput input)
    {
        var error = Identify(input.MemberId, input.GroupInstanceId, input.Generation, out _);
        if (error == ErrorCode.None && !MatchesProtocol(input))
        {
            error = ErrorCode.InconsistentGroupProtocol;
        }

        if (error != ErrorCode.None)
        {
            return Task.FromResult(new SyncGroupResult(error));
        }

        var member = _members[input.MemberId];
        switch (_state)
        {
            case GroupState.Empty:
                return Task.FromResult(new SyncGroupResult(ErrorCode.UnknownMemberId));
            case GroupState.PreparingRebalance:
                return Task.FromResult(new SyncGroupResult(ErrorCode.RebalanceInProgress));
            case GroupState.Stable:
                Touch(member);
                member.IsSyncPending = false;
                StopAwaitingSyncs();
                return Task.FromResult(AssignmentOf(member));
            default:
                return AwaitAssignment(member, input);
        }
    }

    public ErrorCode Heartbeat(string memberId, string? instanceId, int generation)
    {
        var error = Identify(memberId, instanceId, generation, out var member);
        if (error != ErrorCode.None)
        {
            return error;
        }

        Touch(member!);
        return _state switch
        {
            GroupState.Empty => ErrorCode.UnknownMemberId,
            GroupState.PreparingRebalance => ErrorCode.RebalanceInProgress,
            _ => ErrorCode.None,
        };
    }

    public ValueTask<LeaveGroupResult[]> LeaveAsync(IReadOnlyList<LeavingMember> members)
    {
        var results = new LeaveGroupResult[members.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = new LeaveGroupResult(Leave(members[i]), members[i].MemberId);
        }

        // Whoever left may have been the last that the others waited for: new deadlines run.
        Arm();
        return new(results);
    }

    private ErrorCode Leave(LeavingMember leaving)
    {
        var memberId = leaving.MemberId;
        if (leaving.InstanceId is { } instance && memberId.Length == 0)
        {
            if (!_memberIdByInstance.TryGetValue(instance, out var current))
            {
                return ErrorCode.UnknownMemberId;
            }

            memberId = current;
        }

        if (leaving.InstanceId is null && _pendingMembers.Remove(memberId))
        {
            if (_state == GroupState.PreparingRebalance)
            {
                CompleteJoinIfAllJoined();
            }

            return ErrorCode.None;
        }

        var error = Identify(memberId, leaving.InstanceId, out var member);
        if (error == ErrorCode.None)
        {
            RemoveMemberAndRebalance(member!, leaving.Reason);
        }

        return error;
    }

    private bool MatchesProtocol(SyncGroupInput input) =>
        (input.ProtocolType is null || input.ProtocolType == _protocolType)
        && (input.ProtocolName is null || input.ProtocolName == _protocolName);

    private SyncGroupResult AssignmentOf(ClassicMember member) =>
        new(ErrorCode.None, _protocolType, _protocolName, member.Assignment);

    private Task<SyncGroupResult> AwaitAssignment(ClassicMember member, SyncGroupInput input)
    {
        AnswerSync(member, new SyncGroupResult(ErrorCode.RebalanceInProgress));
        var waiting = new TaskCompletionSource<SyncGroupResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        member.AwaitingSync = waiting;
        member.IsSyncPending = false;
        Touch(member);
        if (member.MemberId == _leaderId && !_isStoringAssignment)
        {
            foreach (var other in _members.Values)
            {
                other.Assignment = input.Assignments.GetValueOrDefault(other.MemberId) ?? [];
            }

            var assigned = Snapshot() with { State = GroupState.Stable };
            _isStoringAssignment = true;
            if (!_environment.Work.StartHere("keeping an assignment", _ => StoreAssignmentAsync(assigned)))
            {
                // The queue stops, and with it this connection.
                _isStoringAssignment = false;
            }
        }

        return waiting.Task;
    }

    /// <summary>
    /// The assignment is answered only once it is durable: a restarted queue must not revive an older one. Whatever
    /// becomes of the write, the group goes on: where it fails, with another rebalance.
    /// </summary>
    private async Task StoreAssignmentAsync(GroupSnapshot assigned)
    {
        var error = ErrorCode.UnknownServerError;
        try
        {
            error = await SaveAsync(assigned);
        }
        finally
        {
            lock (_group.Lock)
            {
                _isStoringAssignment = false;
                OnAssignmentStored(assigned.Generation, error);
            }
        }
    }

    private void OnAssignmentStored(int generation, ErrorCode error)
    {
        if (error != ErrorCode.None)
        {
            Log.StoreFailed(_logger, GroupId);
        }

        if (_isOver || _state != GroupState.CompletingRebalance || _generation != generation)
        {
            return;
        }

        if (error != ErrorCode.None)
        {
            PrepareRebalance("the assignment could not be stored");
            Arm();
            return;
        }

        MoveTo(GroupState.Stable);
        foreach (var member in _members.Values)
        {
            if (member.AwaitingSync is not null)
            {
                Touch(member);
                AnswerSync(member, AssignmentOf(member));
            }
        }

        StopAwaitingSyncs();
        Arm();
    }

    private void StopAwaitingSyncs()
    {
        foreach (var member in _members.Values)
        {
            if (member.IsSyncPending)
            {
                return;
            }
        }

        _syncDeadlineMs = Never;
    }
}
