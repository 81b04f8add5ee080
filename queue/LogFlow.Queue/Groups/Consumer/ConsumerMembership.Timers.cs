namespace LogFlow.Queue.Groups.Consumer;

/// <summary>Deadlines: sessions, and revocations that take too long. One timer, armed for the earliest.</summary>
internal sealed partial class ConsumerMembership
{
    /// <summary>The member was heard from: its session starts anew.</summary>
    private void Touch(ConsumerMember member)
    {
        var timeoutMs = SessionTimeoutMs;
        var deadline = NowMs + timeoutMs;
        var deadlines = _deadlines[member.MemberId];
        (deadlines.SessionMs, deadlines.SessionTimeoutMs) = (deadline, timeoutMs);
        _timer.Arm(deadline);
    }

    /// <summary>A member that must give partitions up has its own rebalance timeout for that.</summary>
    private void LimitRevocation(ConsumerMember member)
    {
        var deadline = member.State == MemberState.UnrevokedPartitions ? NowMs + member.RebalanceTimeoutMs : Never;
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
                _timer.Arm(Math.Min(deadlines.SessionMs, deadlines.RebalanceMs));
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
            if (deadlines.SessionMs <= now)
            {
                (expired ??= []).Add((_members[memberId], $"no heartbeat for {deadlines.SessionTimeoutMs} ms"));
            }
            else if (deadlines.RebalanceMs <= now)
            {
                (expired ??= []).Add((_members[memberId],
                    $"it kept revoked partitions for {_members[memberId].RebalanceTimeoutMs} ms"));
            }
        }

        foreach (var (member, reason) in expired ?? [])
        {
            RemoveMember(member, reason);
        }
    }
}
