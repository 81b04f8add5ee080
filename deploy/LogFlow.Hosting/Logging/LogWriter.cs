using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>
/// One line an entry: time, level, part, sentence. Exceptions add their messages; their stack traces only at level
/// Debug, because a trace tells an operator nothing. Under systemd the level is given in the journal's own way.
/// </summary>
public sealed class LogWriter(TextWriter output, LogLevel level, bool isJournal, TimeProvider time)
{
    // Guards the output, so that lines of several threads stay whole.
    private readonly Lock _lock = new();

    /// <summary>The least level that is written.</summary>
    public LogLevel Level { get; } = level;

    /// <summary>
    /// Runs before each entry, while the output is held: a status line takes itself off the terminal.
    /// </summary>
    public Action? BeforeEntry { get; set; }

    /// <summary>Writes to standard error, for the journal where systemd started the process.</summary>
    public static LogWriter ForConsole(LogLevel level, TimeProvider time) => new(
        Console.Error, level, Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null, time);

    /// <summary>Writes one entry.</summary>
    public void Write(LogLevel entryLevel, string part, string message, Exception? error)
    {
        var line = new StringBuilder();
        if (isJournal)
        {
            line.Append('<').Append(SyslogSeverity(entryLevel)).Append('>');
        }
        else
        {
            line.Append(time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            line.Append(' ').Append(Name(entryLevel)).Append(' ');
        }

        line.Append(part).Append(": ").Append(message);
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            line.Append(": ").Append(cause.Message);
        }

        if (error is not null && Level <= LogLevel.Debug)
        {
            line.AppendLine().Append(error);
        }

        lock (_lock)
        {
            BeforeEntry?.Invoke();
            output.WriteLine(line);
        }
    }

    private static string Name(LogLevel level) => level switch
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
