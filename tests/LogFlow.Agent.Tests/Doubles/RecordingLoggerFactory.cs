using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>Keeps what is logged.</summary>
internal sealed class RecordingLoggerFactory : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Message)> _entries = new();

    public IEnumerable<(LogLevel Level, string Message)> Entries => _entries;

    public int Count(LogLevel level, string part) =>
        _entries.Count(entry => entry.Level == level && entry.Message.Contains(part, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((logLevel, $"{formatter(state, exception)}{(exception is null ? "" : "\n" + exception)}"));

    public override string ToString() =>
        string.Join('\n', _entries
            .Where(entry => entry.Level > LogLevel.Trace)
            .TakeLast(200)
            .Select(entry => $"{entry.Level}: {entry.Message}"));
}
