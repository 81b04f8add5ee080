using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance;

/// <summary>
/// The states of all alerts. A change is in the file before anybody acts on it: whoever is told of it was not told
/// before a restart, and is not forgotten by one. Thread-safe.
/// </summary>
internal sealed partial class AlertBook(AlertStateFile file, AlertsMetrics metrics, ILogger logger)
{
    // Guards the two below and the file: changes are saved in the order in which they are made.
    private readonly Lock _lock = new();
    private Dictionary<string, AlertState> _states = [];
    private bool _isUnsaved;

    /// <summary>
    /// Reads what was saved. Alerts and actions that are no longer configured are forgotten; what they had to tell is
    /// said.
    /// </summary>
    /// <exception cref="IOException">The file is there, and cannot be read.</exception>
    public void Load(IReadOnlyCollection<string> names, IReadOnlyCollection<AlertSender> senders)
    {
        lock (_lock)
        {
            _states = file.Load(out var damage);
            if (damage is not null)
            {
                Log.Damaged(logger, damage);
            }

            foreach (var (name, state) in _states.Where(entry => !names.Contains(entry.Key)).ToArray())
            {
                _states.Remove(name);
                if (state.IsFiring || state.Pending.Count > 0)
                {
                    metrics.GaveUp("removed", state.Pending.Count);
                    Log.Gone(logger, name, state.IsFiring ? "firing" : "resolved", state.Pending.Count);
                }
            }

            foreach (var (name, state) in _states.ToArray())
            {
                ForgetActions(name, state, [.. senders.Where(one => one.Alert == name).Select(one => one.Key)]);
            }
        }
    }

    /// <summary>The state of an alert.</summary>
    public AlertState Get(string name)
    {
        lock (_lock)
        {
            return _states.GetValueOrDefault(name, AlertState.Unknown);
        }
    }

    /// <summary>Changes the state of an alert, and saves it.</summary>
    public AlertState Change(string name, Func<AlertState, AlertState> change)
    {
        lock (_lock)
        {
            var next = _states[name] = change(_states.GetValueOrDefault(name, AlertState.Unknown));
            try
            {
                file.Save(_states);
                _isUnsaved = false;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                metrics.Unsaved();
                if (!_isUnsaved)
                {
                    _isUnsaved = true;
                    Log.Unsaved(logger, file.Path, error.Message);
                }
            }

            return next;
        }
    }

    private void ForgetActions(string name, AlertState state, HashSet<string> keys)
    {
        foreach (var group in state.Pending.Where(pending => !keys.Contains(pending.Action))
            .GroupBy(static pending => pending.Action))
        {
            metrics.GaveUp("removed", group.Count());
            Log.ActionGone(logger, group.Key, name, group.Count());
        }

        _states[name] = state with { Pending = [.. state.Pending.Where(pending => keys.Contains(pending.Action))] };
    }

    private static partial class Log
    {
        [LoggerMessage(1973, LogLevel.Warning,
            "Action '{Action}' of alert '{Alert}' is no longer configured; {Count} notification(s) that it had to "
            + "deliver are dropped")]
        public static partial void ActionGone(ILogger logger, string action, string alert, int count);

        [LoggerMessage(1960, LogLevel.Error,
            "The state of the alerts is lost, they begin anew: {Damage}. Alerts that fire are told once more")]
        public static partial void Damaged(ILogger logger, string damage);

        [LoggerMessage(1961, LogLevel.Warning,
            "Alert '{Alert}' is no longer configured and is forgotten; it was {State}, with {Count} notification(s) to "
            + "deliver that nobody gets")]
        public static partial void Gone(ILogger logger, string alert, string state, int count);

        [LoggerMessage(1962, LogLevel.Error,
            "The state of the alerts cannot be saved in {Path}: {Reason}. Alerts go on; a restart before this is "
            + "mended may tell again what was told")]
        public static partial void Unsaved(ILogger logger, string path, string reason);
    }
}
