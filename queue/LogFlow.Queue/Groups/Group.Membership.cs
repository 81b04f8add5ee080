using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <content>Who comes, stays and goes; the membership decides, and may be followed by another.</content>
internal sealed partial class Group
{
    /// <summary>Completes when the next generation starts, or at once where the member may not join.</summary>
    public Task<JoinGroupResult> JoinAsync(JoinGroupInput input)
    {
        lock (Lock)
        {
            if (_isDead)
            {
                return Task.FromResult(
                    JoinGroupResult.Failed(ErrorCode.CoordinatorNotAvailable, input.MemberId));
            }

            Become(_membership.ForClassicJoin());
            return _membership.JoinAsync(input);
        }
    }

    /// <summary>Completes when the leader's assignment is durable.</summary>
    public Task<SyncGroupResult> SyncAsync(SyncGroupInput input)
    {
        lock (Lock)
        {
            return _isDead
                ? Task.FromResult(new SyncGroupResult(ErrorCode.CoordinatorNotAvailable))
                : _membership.SyncAsync(input);
        }
    }

    public ErrorCode Heartbeat(string memberId, string? instanceId, int generation)
    {
        lock (Lock)
        {
            return _isDead
                ? ErrorCode.CoordinatorNotAvailable
                : _membership.Heartbeat(memberId, instanceId, generation);
        }
    }

    /// <summary>Members say goodbye, or an operator removes them.</summary>
    public ValueTask<LeaveGroupResult[]> LeaveAsync(IReadOnlyList<LeavingMember> members)
    {
        lock (Lock)
        {
            return _isDead
                ? new([.. members.Select(
                    member => new LeaveGroupResult(ErrorCode.CoordinatorNotAvailable, member.MemberId))])
                : _membership.LeaveAsync(members);
        }
    }

    /// <summary>
    /// Completes when everything that the answer depends on is durable. CoordinatorNotAvailable: the disk refused, or
    /// the group is dead and must be looked up again.
    /// </summary>
    public ValueTask<ConsumerHeartbeatResult> HeartbeatAsync(ConsumerHeartbeatInput input)
    {
        lock (Lock)
        {
            if (_isDead)
            {
                return new(ConsumerHeartbeatResult.Failed(ErrorCode.CoordinatorNotAvailable));
            }

            if (_membership.ForConsumerHeartbeat(input, out var refusal) is not { } consumer)
            {
                return new(refusal!);
            }

            Become(consumer);
            return consumer.HeartbeatAsync(input);
        }
    }

    /// <summary>The group goes on with that membership; the one before is over. Under the lock.</summary>
    public void Become(IMembership next)
    {
        if (!ReferenceEquals(next, _membership))
        {
            _membership.Dispose();
            _membership = next;
        }
    }
}
