namespace LogFlow.Appliance;

/// <summary>From one state of an alert to the next. Pure: the time is handed in.</summary>
internal static class AlertTransition
{
    /// <summary>What a count makes of a state, and what is to be told of it.</summary>
    /// <param name="rule">The alert.</param>
    /// <param name="state">Before the evaluation.</param>
    /// <param name="count">The lines that it found.</param>
    /// <param name="due">When it was due.</param>
    public static (AlertState Next, AlertChange Change) Of(
        AlertRule rule, AlertState state, long count, DateTimeOffset due)
    {
        var isMet = rule.IsMet(count);
        var change = (state.IsFiring, isMet) switch
        {
            (false, true) => AlertChange.Fires,
            (true, false) => AlertChange.Resolves,
            (true, true) when rule.RepeatInterval > TimeSpan.Zero
                && due - (state.Notified ?? due) >= rule.RepeatInterval => AlertChange.Repeats,
            _ => AlertChange.None,
        };
        return (
            state with
            {
                IsFiring = isMet,
                Since = state.Since is null || isMet != state.IsFiring ? due : state.Since,
                Evaluated = due,
                Count = count,
                Notified = change == AlertChange.None ? state.Notified : due,
                Error = null,
            },
            change);
    }
}
