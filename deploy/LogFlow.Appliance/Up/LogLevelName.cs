using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance.Up;

/// <summary>The levels as configuration names them.</summary>
internal enum LogLevelName
{
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// <summary>Their meaning to the logging framework.</summary>
internal static class LogLevelNames
{
    /// <summary>The framework's level.</summary>
    public static LogLevel ToLogLevel(this LogLevelName name) => name switch
    {
        LogLevelName.Trace => LogLevel.Trace,
        LogLevelName.Debug => LogLevel.Debug,
        LogLevelName.Info => LogLevel.Information,
        LogLevelName.Warn => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
