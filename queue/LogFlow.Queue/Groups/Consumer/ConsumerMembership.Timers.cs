namespace LogFlow.Queue;

/// <summary>Deadlines: sessions, and revocations that take too long. One timer, armed for the earliest.</summary>
internal sealed partial class ConsumerMembership
{
    /// <summary>The member was heard from: its session starts anew.</summary>
    private void Touch(ConsumerMember member)
    {
        var timeoutMs = member.Classic?.SessionTimeoutMs ?? SessionTimeoutMs;
        var deadline = NowMs + timeoutMs;
        var deadlines = _deadlines[member.MemberId];
        (deadlines.SessionMs, deadlines.SessionTimeoutMs) = (deadline, timeoutMs);
        _timer.Arm(deadline);
    }

    /// <summary>
    /// A member that must give partitions up has its own rebalance timeout for that; one of the classic protocol has it
    /// for joining again, which says the same.
    /// </summary>
    private void LimitRevocation(ConsumerMember member)
    {
        var deadline = member.State == MemberState.UnrevokedPartitions && member.Classic is null
            ? NowMs + member.RebalanceTimeoutMs
            : Never;
        _deadlines[member.MemberId].RebalanceMs = deadline;
        _timer.Arm(deadline);
    }

    /// <summary>
    /// The member was not answered, because the disk refused: its next answer tells its assignment, and its time to
    /// give up what it must begins then.
    /// </summary>
    private void NoteNotAnswered(string memberId)
    {
        lock (_group.Lock)
        {
            if (!_isOver && _members.TryGetValue(memberId, out var member))
            {
                LimitRevocation(member);
                _deadlines[memberId].WasNotAnswered = true;
            }
        }
    }

    /// <summary>
    /// Nobody waits for the write: what the disk refuses stays dirty, and the next heartbeat's answer waits for it.
    /// </summary>
    private async Task OnTimerAsync()
    {
        ValueTask<bool> saving;
        lock (_group.Lock)
        {
            _timer.Reset();
            if (_isOver)
            {
                return;
            }

            RemoveExpired(NowMs);
            foreach (var deadlines in _deadlines.Values)
            {
                _timer.Arm(deadlines.Earliest);
            }

            saving = SaveAsync();
        }

        await saving;
    }

    private void RemoveExpired(long now)
    {
        List<(ConsumerMember Member, string Reason)>? expired = null;
        foreach (var (memberId, deadlines) in _deadlines)
        {
            var member = _members[memberId];
            var reason = deadlines.SessionMs <= now ? $"no heartbeat for {deadlines.SessionTimeoutMs} ms"
                : deadlines.RebalanceMs <= now ? $"it kept revoked partitions for {member.RebalanceTimeoutMs} ms"
                : deadlines.JoinMs <= now ? $"it did not join again within {member.RebalanceTimeoutMs} ms"
                : deadlines.SyncMs <= now ? $"it did not ask for its partitions within {member.RebalanceTimeoutMs} ms"
                : null;
            if (reason is not null)
            {
                (expired ??= []).Add((member, reason));
            }
        }

        RemoveMembers(expired ?? []);
    }
}
