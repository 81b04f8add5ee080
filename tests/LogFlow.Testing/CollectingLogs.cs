using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LogFlow.Testing;

/// <summary>Keeps what is logged, of all categories together.</summary>
/// <param name="least">The least level that is on.</param>
public sealed class CollectingLogs(LogLevel least = LogLevel.Information) : ILoggerFactory, ILogger
{
    private const int LinesShown = 200;

    private readonly ConcurrentQueue<(LogLevel Level, string Message)> _lines = new();

    /// <summary>All lines; an exception's text stands below its message.</summary>
    public IReadOnlyCollection<(LogLevel Level, string Message)> Lines => _lines;

    /// <summary>The messages of one level.</summary>
    public IEnumerable<string> At(LogLevel level) =>
        _lines.Where(line => line.Level == level).Select(line => line.Message);

    /// <summary>How many messages of the level contain the text.</summary>
    public int Count(LogLevel level, string part) =>
        At(level).Count(message => message.Contains(part, StringComparison.Ordinal));

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider)
    {
        // Everything is collected here.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _lines.Enqueue((logLevel, formatter(state, exception) + (exception is null ? "" : "\n" + exception)));
        }
    }

    /// <summary>The last lines, for a failing test's message.</summary>
    public override string ToString() =>
        string.Join('\n', _lines
            .Where(line => line.Level > LogLevel.Trace)
            .TakeLast(LinesShown)
            .Select(line => $"{line.Level}: {line.Message}"));
}
