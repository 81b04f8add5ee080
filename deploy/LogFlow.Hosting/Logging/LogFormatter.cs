using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace LogFlow.Hosting;

/// <summary>
/// One line an entry: time, level, part, sentence. Exceptions add their messages; their stack traces only at level
/// Debug. Under systemd the level is given in the journal's own way.
/// </summary>
public sealed class LogFormatter(IOptions<LogFormatterOptions> options, TimeProvider time)
    : ConsoleFormatter(FormatterName)
{
    /// <summary>What the console provider knows it by.</summary>
    public const string FormatterName = "logflow";

    private readonly LogFormatterOptions _options = options.Value;

    /// <summary>Written before each entry: takes a status line off the terminal.</summary>
    public string Prefix { get; set; } = "";

    /// <inheritdoc/>
    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(Prefix);
        if (_options.IsJournal)
        {
            textWriter.Write($"<{SyslogSeverity(logEntry.LogLevel)}>");
        }
        else
        {
            var now = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            textWriter.Write($"{now} {LevelName(logEntry.LogLevel)} ");
        }

        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write($"{PartName.Of(logEntry.Category)}: ");
        textWriter.WriteLine(EntryText.Of(message, logEntry.Exception));
        if (logEntry.Exception is { } error && _options.HasStackTraces)
        {
            foreach (var line in SecretText.HideKnown(error.ToString()).Split('\n'))
            {
                textWriter.WriteLine(LogText.Escape(line.TrimEnd('\r')));
            }
        }
    }

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO ",
        LogLevel.Warning => "WARN ",
        _ => "ERROR",
    };

    /// <summary>sd-daemon(3): the prefix that tells the journal an entry's priority.</summary>
    private static int SyslogSeverity(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => 7,
        LogLevel.Information => 6,
        LogLevel.Warning => 4,
        LogLevel.Error => 3,
        _ => 2,
    };
}
