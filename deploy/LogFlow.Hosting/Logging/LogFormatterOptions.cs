namespace LogFlow.Hosting;

/// <summary>How entries are written.</summary>
public sealed class LogFormatterOptions
{
    /// <summary>Whether systemd's journal reads: it knows the time, and takes the level as a prefix.</summary>
    public bool IsJournal { get; set; } = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null;

    /// <summary>Whether stack traces follow; they tell an operator nothing.</summary>
    public bool HasStackTraces { get; set; }
}
