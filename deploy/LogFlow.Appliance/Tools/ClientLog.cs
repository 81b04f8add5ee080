using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance;

/// <summary>
/// What the Kafka client has to say of trouble that it waits out. A command that ends by itself tells the last of it
/// when it gives up; one that goes on tells it as it comes.
/// </summary>
internal sealed class ClientLog : ILoggerFactory, ILogger
{
    /// <summary>The last warning or error; null: there was none.</summary>
    public string? LastTrouble { get; private set; }

    /// <summary>Where to tell it as it comes; null: nowhere.</summary>
    public TextWriter? Notes { get; set; }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

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
            LastTrouble = formatter(state, exception);
            Notes?.WriteLine(TerminalText.Clean(LastTrouble));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
