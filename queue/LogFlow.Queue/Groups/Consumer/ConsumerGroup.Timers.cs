namespace LogFlow.Queue.Groups.Consumer;

/// <summary>Deadlines: sessions, and revocations that take too long. One timer, armed for the earliest.</summary>
internal sealed partial class ConsumerGroup
{
    /// <summary>The member was heard from: its session starts anew.</summary>
    private void Touch(ConsumerGroupMember member)
    {
        var timeoutMs = SessionTimeoutMs;
        var deadline = NowMs + timeoutMs;
        var deadlines = _deadlines[member.MemberId];
        (deadlines.SessionMs, deadlines.SessionTimeoutMs) = (deadline, timeoutMs);
        Arm(deadline);
    }

    /// <summary>A member that must give partitions up has its own rebalance timeout for that.</summary>
    private void LimitRevocation(ConsumerGroupMember member)
    {
        var deadline = member.State == MemberState.UnrevokedPartitions ? NowMs + member.RebalanceTimeoutMs : Never;
        _deadlines[member.MemberId].RebalanceMs = deadline;
        Arm(deadline);
    }

    /// <summary>
    /// The member was not answered, because the disk refused: its next answer tells its assignment, and its time to
    /// give up what it must begins then.
    /// </summary>
    private void NoteNotAnswered(string memberId)
    {
        lock (_lock)
        {
            if (_members.TryGetValue(memberId, out var member))
            {
                LimitRevocation(member);
                _deadlines[memberId].WasNotAnswered = true;
            }
        }
    }

    /// <summary>
    /// A later deadline than the armed one needs nothing: the timer fires at the old time, finds nothing due and is
    /// armed anew. So heartbeats cost no timer operation.
    /// </summary>
    private void Arm(long deadline)
    {
        if (deadline >= _armedForMs)
        {
            return;
        }

        _armedForMs = deadline;
        // One more millisecond: the deadline is reached, not almost reached, when the timer fires.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, deadline - NowMs) + 1), Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            _armedForMs = Never;
            if (_isRetired)
            {
                return;
            }

            var now = NowMs;
            List<(ConsumerGroupMember Member, string Reason)>? expired = null;
            foreach (var (memberId, deadlines) in _deadlines)
            {
                if (deadlines.SessionMs <= now)
                {
                    (expired ??= []).Add(
                        (_members[memberId], $"no heartbeat for {deadlines.SessionTimeoutMs} ms"));
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

            foreach (var deadlines in _deadlines.Values)
            {
                Arm(Math.Min(deadlines.SessionMs, deadlines.RebalanceMs));
            }

            var saving = Save(out var saved);
            if (saved > 0)
            {
                // Nobody waits: what the disk refuses stays dirty, and the next heartbeat's answer waits for it.
                _ = FinishSaveAsync(saving, saved);
            }
        }
    }
}
