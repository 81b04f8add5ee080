using Microsoft.Extensions.Logging;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// Keeps an outage calm: one line when it begins (what, where, since when, that it is retried and nothing is lost),
/// a reminder every ten minutes, one line when it ends. Thread-safe; also what a status page shows.
/// </summary>
public sealed partial class OutageReport
{
    /// <summary>How often a lasting outage is mentioned again.</summary>
    public static readonly TimeSpan ReminderInterval = TimeSpan.FromMinutes(10);

    /// <summary>Guards all fields below.</summary>
    private readonly Lock _lock = new();

    private readonly string _server;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private DateTimeOffset? _since;
    private DateTimeOffset _mentioned;
    private string? _mentionedReason;
    private string? _lastError;
    private long _failures;

    /// <param name="server">The server's name in messages: "Elasticsearch", "store".</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where the lines go.</param>
    public OutageReport(string server, TimeProvider time, ILogger logger)
    {
        _server = server;
        _time = time;
        _logger = logger;
    }

    /// <summary>Since when nothing could be delivered; null: deliveries work.</summary>
    public DateTimeOffset? WaitingSince
    {
        get
        {
            lock (_lock)
            {
                return _since;
            }
        }
    }

    /// <summary>The last failure in words, also when it is over; null: there was none.</summary>
    public string? LastError
    {
        get
        {
            lock (_lock)
            {
                return _lastError;
            }
        }
    }

    /// <summary>Failed requests since the start.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>A request failed.</summary>
    /// <param name="node">Where.</param>
    /// <param name="reason">What, in words.</param>
    /// <param name="needsOperator">It will not mend itself: credentials, privileges, configuration.</param>
    public void Failed(Uri node, string reason, bool needsOperator)
    {
        Interlocked.Increment(ref _failures);
        var now = _time.GetUtcNow();
        DateTimeOffset since;
        lock (_lock)
        {
            _lastError = reason;
            _since ??= now;
            since = _since.Value;
            var sameReason = _mentionedReason is not null && (!needsOperator || _mentionedReason == reason);
            if (sameReason && now - _mentioned < ReminderInterval)
            {
                return;
            }

            _mentioned = now;
            _mentionedReason = reason;
        }

        var where = node.GetComponents(UriComponents.SchemeAndServer, UriFormat.Unescaped);
        if (needsOperator)
        {
            Log.Refused(_logger, _server, where, reason, since);
        }
        else
        {
            Log.Waiting(_logger, _server, where, reason, since);
        }
    }

    /// <summary>A request succeeded: an outage, if there was one, is over.</summary>
    public void Succeeded()
    {
        DateTimeOffset since;
        lock (_lock)
        {
            if (_since is null)
            {
                return;
            }

            since = _since.Value;
            _since = null;
            _mentionedReason = null;
        }

        Log.Recovered(_logger, _server, (long)(_time.GetUtcNow() - since).TotalSeconds);
    }

    private static partial class Log
    {
        [LoggerMessage(5500, LogLevel.Warning, "{Server} at {Node} takes nothing ({Reason}), since {Since:u}. "
            + "Retrying; nothing is lost, the queue keeps what comes.")]
        public static partial void Waiting(
            ILogger logger, string server, string node, string reason, DateTimeOffset since);

        [LoggerMessage(5501, LogLevel.Error, "{Server} at {Node} refuses the request ({Reason}), since {Since:u}. "
            + "Someone has to look at credentials, privileges or settings; retrying slowly, nothing is lost.")]
        public static partial void Refused(
            ILogger logger, string server, string node, string reason, DateTimeOffset since);

        [LoggerMessage(5502, LogLevel.Information, "{Server} takes documents again, after {Seconds} s.")]
        public static partial void Recovered(ILogger logger, string server, long seconds);
    }
}
