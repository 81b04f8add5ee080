using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Says why an output does not take what it is sent: once when it begins or its reason changes, again rarer and rarer
/// while it lasts, and once when it is over. Any thread.
/// </summary>
internal sealed partial class OutputTrouble(string output, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RepeatFirst = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RepeatMax = TimeSpan.FromMinutes(10);

    /// <summary>Guards what follows.</summary>
    private readonly Lock _lock = new();
    private string? _reason;
    private long _saidAt;
    private TimeSpan _pause = RepeatFirst;

    /// <summary>An attempt failed.</summary>
    public void Failed(string reason, bool needsOperator = false)
    {
        lock (_lock)
        {
            if (_reason == reason && time.GetElapsedTime(_saidAt) < _pause)
            {
                return;
            }

            _pause = _reason == reason ? TimeSpan.FromTicks(Math.Min(RepeatMax.Ticks, _pause.Ticks * 2)) : RepeatFirst;
            _reason = reason;
            _saidAt = time.GetTimestamp();
        }

        if (needsOperator)
        {
            Log.Refused(logger, output, reason);
        }
        else
        {
            Log.Failed(logger, output, reason);
        }
    }

    /// <summary>An attempt succeeded.</summary>
    public void Over()
    {
        if (Volatile.Read(ref _reason) is null)
        {
            return;
        }

        lock (_lock)
        {
            if (_reason is null)
            {
                return;
            }

            _reason = null;
            _pause = RepeatFirst;
        }

        Log.Over(logger, output);
    }

    private static partial class Log
    {
        [LoggerMessage(4800, LogLevel.Warning,
            "{Output} does not take lines at present: {Reason}. It is tried again; nothing is lost")]
        public static partial void Failed(ILogger logger, string output, string reason);

        [LoggerMessage(4801, LogLevel.Error,
            "{Output} refuses lines: {Reason}. It is tried again and nothing is lost, but somebody has to mend that")]
        public static partial void Refused(ILogger logger, string output, string reason);

        [LoggerMessage(4802, LogLevel.Information, "{Output} takes lines again")]
        public static partial void Over(ILogger logger, string output);
    }
}
