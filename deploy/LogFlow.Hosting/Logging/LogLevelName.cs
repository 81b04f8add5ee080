using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>Levels as configuration names them: those of Filebeat, Logstash and log4j alike.</summary>
public static class LogLevelName
{
    /// <summary>For the message about a name that is none.</summary>
    public const string Choices = "trace, debug, info, warn, error or fatal";

    /// <summary>Whether the text names a level.</summary>
    public static bool IsKnown(string text) => Find(text) is not null;

    /// <summary>The level; Information for what names none (validation reports it).</summary>
    public static LogLevel Parse(string text) => Find(text) ?? LogLevel.Information;

    private static LogLevel? Find(string text) => text.ToLowerInvariant() switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" or "information" => LogLevel.Information,
        "warn" or "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" or "critical" => LogLevel.Critical,
        _ => null,
    };
}
