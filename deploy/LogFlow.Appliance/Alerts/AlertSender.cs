using System.Globalization;
using LogFlow.Bulk;
using LogFlow.Hosting;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance;

/// <summary>
/// Delivers what one action of one alert has to tell, in its order; what fails is tried again after a while, so often
/// and no more. Each action has a sender of its own: one that fails holds no other up.
/// </summary>
internal sealed partial class AlertSender(
    string alert, string key, AlertAction action, AlertBook book, AlertsMetrics metrics, TimeProvider time,
    ILogger logger)
{
    /// <summary>Attempts for one notification; with the waits between they take some minutes.</summary>
    public const int AttemptsMax = 8;

    private readonly BackoffPolicy _backoff = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(2));
    private readonly AsyncSignal _wake = new(time);

    /// <summary>The alert's name.</summary>
    public string Alert => alert;

    /// <summary>The action, by its place and what it is.</summary>
    public string Key => key;

    /// <summary>There is something to deliver.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Delivers until it is told to stop; what is left then is delivered after the next start.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            while (Next() is { } pending)
            {
                await DeliverAsync(pending, stop);
            }

            await _wake.WaitAsync(stop);
        }
    }

    private PendingAlert? Next() => book.Get(alert).Pending.FirstOrDefault(pending => pending.Action == key);

    private async Task DeliverAsync(PendingAlert pending, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await action.SendAsync(pending.Notification, stop);
                metrics.Sent(action.Kind);
                book.Change(alert, state => Without(state, pending) with { ActionError = OfOthers(state.ActionError) });
                return;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // Whatever is wrong with one delivery must not end the process.
                var reason = SecretText.Hide(
                    error is AlertActionException ? error.Message : $"{error.GetType().Name}: {error.Message}");
                metrics.Failed(action.Kind);
                var isLast = attempt == AttemptsMax;
                Keep(reason, isLast ? pending : null);
                if (isLast)
                {
                    metrics.GaveUp(action.Kind);
                    Log.GaveUp(logger, action.Name, alert, pending.Notification.State, attempt, reason);
                    return;
                }

                Log.Failed(logger, action.Name, alert, pending.Notification.State, attempt, AttemptsMax, reason);
            }

            await Task.Delay(_backoff.GetDelay(attempt), time, stop);
            if (!book.Get(alert).Pending.Contains(pending))
            {
                // Too many waited behind it: it was given up, and said.
                return;
            }
        }
    }

    /// <summary>The failure of another action is still the last one that is known.</summary>
    private string? OfOthers(string? error) =>
        error?.Contains($" {action.Name}: ", StringComparison.Ordinal) == true ? null : error;

    private void Keep(string reason, PendingAlert? givenUp) => book.Change(
        alert,
        state => (givenUp is null ? state : Without(state, givenUp)) with
        {
            ActionError = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():u} {action.Name}: {reason}"),
        });

    private static AlertState Without(AlertState state, PendingAlert pending) =>
        state with { Pending = [.. state.Pending.Where(other => other != pending)] };

    private static partial class Log
    {
        [LoggerMessage(1963, LogLevel.Warning,
            "Action '{Action}' of alert '{Alert}' ({State}) failed, attempt {Attempt} of {AttemptsMax}: {Reason}")]
        public static partial void Failed(
            ILogger logger, string action, string alert, string state, int attempt, int attemptsMax, string reason);

        [LoggerMessage(1964, LogLevel.Error,
            "Action '{Action}' of alert '{Alert}' ({State}) is given up after {Attempts} attempts, nobody gets it: "
            + "{Reason}")]
        public static partial void GaveUp(
            ILogger logger, string action, string alert, string state, int attempts, string reason);
    }
}
