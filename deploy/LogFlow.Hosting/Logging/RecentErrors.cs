using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>
/// Remembers the last errors that any part logged, for those who look at <c>/status</c> and not at the log.
/// </summary>
public sealed class RecentErrors(TimeProvider time) : ILoggerProvider
{
    private const int CountMax = 10;

    // Guards the two below.
    private readonly Lock _lock = new();
    private readonly Queue<LoggedError> _errors = new();
    private long _count;

    /// <summary>How many were logged since the start.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>The last ten, the latest first.</summary>
    public IReadOnlyList<LoggedError> Latest()
    {
        lock (_lock)
        {
            return [.. _errors.Reverse()];
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new ErrorLogger(this, PartName.Of(categoryName));

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Add(string part, string text)
    {
        var error = new LoggedError(time.GetUtcNow(), part, text);
        lock (_lock)
        {
            _count++;
            _errors.Enqueue(error);
            if (_errors.Count > CountMax)
            {
                _errors.Dequeue();
            }
        }
    }

    private sealed class ErrorLogger(RecentErrors owner, string part) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is LogLevel.Error or LogLevel.Critical;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                owner.Add(part, EntryText.Of(formatter(state, exception), exception));
            }
        }
    }
}
