using LogFlow.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance;

/// <summary>
/// Evaluates one alert, each interval once, and hands what it finds to the senders. Evaluations keep their times: each
/// is due an interval after the one before, so windows follow each other without a gap. What was missed is evaluated
/// once, with the window of now.
/// </summary>
internal sealed partial class AlertRunner(
    AlertRule rule, AlertQuery query, AlertBook book, IReadOnlyList<(AlertSender Sender, AlertAction Action)> senders,
    AlertSurroundings surroundings, AlertsMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>Notifications that may wait for one action: the oldest goes when there is one more.</summary>
    public const int PendingMax = 16;

    private static readonly TimeSpan ReadyPause = TimeSpan.FromSeconds(1);

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private bool _isHeldSaid;

    /// <summary>The alert.</summary>
    public AlertRule Rule => rule;

    /// <summary>Evaluates until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!surroundings.IsReady())
        {
            await Task.Delay(ReadyPause, time, stop);
        }

        var due = await FirstDueAsync(stop);
        while (true)
        {
            await EvaluateAsync(due, stop);
            due += rule.Interval;
            var now = time.GetUtcNow();
            if (now < due)
            {
                await Task.Delay(due - now, time, stop);
            }
            else if (now - due >= rule.Interval)
            {
                Log.Late(logger, rule.Name, due, now);
                due = now;
            }
        }
    }

    /// <summary>After a restart the times go on as they were.</summary>
    private async Task<DateTimeOffset> FirstDueAsync(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        if (book.Get(rule.Name).Evaluated is not { } last || last > now)
        {
            return now;
        }

        var due = last + rule.Interval;
        if (now - due >= rule.Interval)
        {
            Log.Missed(logger, rule.Name, due, now);
            return now;
        }

        if (now < due)
        {
            await Task.Delay(due - now, time, stop);
        }

        return due;
    }

    private async Task EvaluateAsync(DateTimeOffset due, CancellationToken stop)
    {
        try
        {
            var count = await query.RunAsync(rule, due, stop);
            metrics.Evaluated();
            if (book.Get(rule.Name).Error is not null)
            {
                Log.AnswersAgain(logger, rule.Name);
            }

            Conclude(count, due);
        }
        catch (StartupException error)
        {
            metrics.EvaluationFailed();
            var reason = SecretText.Hide(error.Message);
            if (book.Get(rule.Name).Error != reason)
            {
                Log.NoAnswer(logger, rule.Name, reason);
                book.Change(rule.Name, state => state with { Error = reason });
            }
        }
    }

    private void Conclude(AlertCount count, DateTimeOffset due)
    {
        if (IsHeld(count.Count))
        {
            return;
        }

        var change = AlertChange.None;
        var givenUp = new List<PendingAlert>();
        var next = book.Change(rule.Name, state =>
        {
            (var after, change) = AlertTransition.Of(rule, state, count.Count, due);
            return change == AlertChange.None ? after : WithPending(after, change, count, givenUp);
        });
        switch (change)
        {
            case AlertChange.Fires:
                Log.Fires(logger, rule.Name, count.Count, rule.Condition);
                break;
            case AlertChange.Resolves:
                Log.Resolves(logger, rule.Name, count.Count, rule.Condition);
                break;
            default:
                break;
        }

        foreach (var lost in givenUp)
        {
            metrics.GaveUp(senders.First(entry => entry.Sender.Key == lost.Action).Action.Kind);
            Log.Overtaken(logger, lost.Action, rule.Name, lost.Notification.State, PendingMax);
        }

        if (next.Pending.Count > 0)
        {
            foreach (var (sender, _) in senders)
            {
                sender.Wake();
            }
        }
    }

    /// <summary>
    /// Just after a start lines that were written meanwhile are on their way: that there are few yet says nothing. A
    /// window later they are missing.
    /// </summary>
    private bool IsHeld(long count)
    {
        var isHeld = rule.Below is not null && rule.IsMet(count) && !book.Get(rule.Name).IsFiring
            && time.GetUtcNow() - _startedAt < rule.Window + rule.Delay && surroundings.IsBehind();
        if (isHeld && !_isHeldSaid)
        {
            _isHeldSaid = true;
            Log.Held(logger, rule.Name, count);
        }

        return isHeld;
    }

    private AlertState WithPending(
        AlertState state, AlertChange change, AlertCount count, List<PendingAlert> givenUp)
    {
        var told = surroundings.Notify(
            rule,
            count,
            change == AlertChange.Resolves ? AlertNotification.Resolved : AlertNotification.Firing,
            state.Since!.Value,
            state.Notified!.Value);
        var notification = told with { IsRepeated = change == AlertChange.Repeats };
        var pending = state.Pending.Concat(
            senders.Select(entry => new PendingAlert(entry.Sender.Key, notification))).ToList();
        foreach (var tooMany in pending.GroupBy(static one => one.Action)
            .Where(static group => group.Count() > PendingMax)
            .SelectMany(static group => group.Take(group.Count() - PendingMax)).ToArray())
        {
            pending.Remove(tooMany);
            givenUp.Add(tooMany);
        }

        return state with { Pending = pending };
    }

    private static partial class Log
    {
        [LoggerMessage(1965, LogLevel.Warning, "Alert '{Alert}' fires: {Count} lines, {Condition}")]
        public static partial void Fires(ILogger logger, string alert, long count, string condition);

        [LoggerMessage(1966, LogLevel.Warning, "Alert '{Alert}' is resolved: {Count} lines, not {Condition}")]
        public static partial void Resolves(ILogger logger, string alert, long count, string condition);

        [LoggerMessage(1967, LogLevel.Warning,
            "Alert '{Alert}' cannot be evaluated and stays as it was: {Reason}. It is tried again each interval")]
        public static partial void NoAnswer(ILogger logger, string alert, string reason);

        [LoggerMessage(1968, LogLevel.Warning, "Alert '{Alert}' can be evaluated again")]
        public static partial void AnswersAgain(ILogger logger, string alert);

        [LoggerMessage(1969, LogLevel.Warning,
            "Alert '{Alert}' was not evaluated from {From} to {To}, while this process was down: it is evaluated once, "
            + "with the window of now")]
        public static partial void Missed(ILogger logger, string alert, DateTimeOffset from, DateTimeOffset to);

        [LoggerMessage(1970, LogLevel.Warning,
            "Alert '{Alert}' was not evaluated from {From} to {To}, its server was too slow to answer: it is evaluated "
            + "once, with the window of now")]
        public static partial void Late(ILogger logger, string alert, DateTimeOffset from, DateTimeOffset to);

        [LoggerMessage(1971, LogLevel.Information,
            "Alert '{Alert}' finds {Count} lines, and would fire; lines are still on their way after the start, so it "
            + "waits for them, a window at most")]
        public static partial void Held(ILogger logger, string alert, long count);

        [LoggerMessage(1972, LogLevel.Error,
            "Action '{Action}' of alert '{Alert}' ({State}) is given up, nobody gets it: {Max} newer ones wait behind "
            + "it")]
        public static partial void Overtaken(ILogger logger, string action, string alert, string state, int max);
    }
}
