using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>Writes entries of one category through the provider's writer.</summary>
internal sealed class ConsoleLogger(string part, LogWriter writer) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= writer.Level && logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            writer.Write(logLevel, part, formatter(state, exception), exception);
        }
    }
}
