using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Groups;

/// <summary>SyncGroup, Heartbeat and LeaveGroup: a member's life within a generation.</summary>
internal sealed partial class ClassicGroup
{
    /// <summary>Completes when the leader's assignment is durable.</summary>
    public Task<SyncGroupResult> SyncAsync(SyncGroupInput input)
    {
        lock (_lock)
        {
            var error = _state == GroupState.Dead
                ? ErrorCode.CoordinatorNotAvailable
                : Identify(input.MemberId, input.GroupInstanceId, input.Generation, out _);
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
    }

    public ErrorCode Heartbeat(string memberId, string? groupInstanceId, int generation)
    {
        lock (_lock)
        {
            if (_state == GroupState.Dead)
            {
                return ErrorCode.CoordinatorNotAvailable;
            }

            var error = Identify(memberId, groupInstanceId, generation, out var member);
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
    }

    /// <summary>
    /// A member says goodbye; a static one may be named by its instance alone (an operator does that).
    /// </summary>
    public ErrorCode Leave(string memberId, string? groupInstanceId, string reason)
    {
        lock (_lock)
        {
            if (_state == GroupState.Dead)
            {
                return ErrorCode.CoordinatorNotAvailable;
            }

            if (groupInstanceId is not null && memberId.Length == 0)
            {
                if (!_memberIdByInstance.TryGetValue(groupInstanceId, out var current))
                {
                    return ErrorCode.UnknownMemberId;
                }

                memberId = current;
            }

            if (groupInstanceId is null && _pendingMembers.Remove(memberId))
            {
                if (_state == GroupState.PreparingRebalance)
                {
                    CompleteJoinIfAllJoined();
                }

                return ErrorCode.None;
            }

            var error = Identify(memberId, groupInstanceId, out var member);
            if (error == ErrorCode.None)
            {
                RemoveMemberAndRebalance(member!, reason);
                Arm();
            }

            return error;
        }
    }

    private bool MatchesProtocol(SyncGroupInput input) =>
        (input.ProtocolType is null || input.ProtocolType == _protocolType)
        && (input.ProtocolName is null || input.ProtocolName == _protocolName);

    private SyncGroupResult AssignmentOf(GroupMember member) =>
        new(ErrorCode.None, _protocolType, _protocolName, member.Assignment);

    private Task<SyncGroupResult> AwaitAssignment(GroupMember member, SyncGroupInput input)
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

            _isStoringAssignment = true;
            _ = StoreAssignmentAsync(Snapshot() with { State = GroupState.Stable });
        }

        return waiting.Task;
    }

    /// <summary>
    /// The assignment is answered only once it is durable: a restarted queue must not revive an older one.
    /// </summary>
    private async Task StoreAssignmentAsync(GroupSnapshot assigned)
    {
        var error = await _store.SaveGroupAsync(assigned);
        if (error != ErrorCode.None)
        {
            Log.StoreFailed(_logger, GroupId);
        }

        lock (_lock)
        {
            _isStoringAssignment = false;
            if (_state != GroupState.CompletingRebalance || _generation != assigned.Generation)
            {
                return;
            }

            if (error != ErrorCode.None)
            {
                PrepareRebalance("the assignment could not be stored");
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
