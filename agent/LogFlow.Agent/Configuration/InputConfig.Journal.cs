using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>Keys of the input <c>journald</c>, which reads systemd's journal through <c>journalctl</c>.</summary>
public sealed partial class InputConfig
{
    /// <summary>Where the journal is begun at the first start: head, tail, or since. Matches Filebeat.</summary>
    [ConfigKey("seek")]
    public JournalSeek Seek { get; set; } = JournalSeek.Head;

    /// <summary>With <c>seek: since</c>: how long before the start to begin, such as <c>-24h</c>.</summary>
    [ConfigKey("since")]
    public TimeSpan Since { get; set; }

    /// <summary>Units whose entries are read; none: all.</summary>
    [ConfigKey("units")]
    public List<string> Units { get; set; } = [];

    /// <summary>Identifiers of syslog whose entries are read; none: all.</summary>
    [ConfigKey("syslog_identifiers")]
    public List<string> SyslogIdentifiers { get; set; } = [];

    /// <summary>Ways by which entries came (audit, kernel, syslog, journal, stdout); none: all.</summary>
    [ConfigKey("transports")]
    public List<string> Transports { get; set; } = [];

    /// <summary>Facilities of syslog by number; none: all.</summary>
    [ConfigKey("facilities")]
    public List<string> Facilities { get; set; } = [];

    /// <summary>
    /// <c>FIELD=value</c>: several of one field mean any of them, several fields all of them, <c>+</c> an or.
    /// </summary>
    [ConfigKey("include_matches.match", Aliases = ["include_matches"])]
    public List<string> IncludeMatches { get; set; } = [];

    /// <summary>The program. Matches Filebeat.</summary>
    [ConfigKey("journalctl_path")]
    public string JournalctlPath { get; set; } = "journalctl";

    private void CheckJournal(List<ConfigProblem> problems)
    {
        if (Type != "journald")
        {
            return;
        }

        foreach (var match in IncludeMatches)
        {
            if (match != "+" && (match.StartsWith('-') || match.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                problems.Add(new ConfigProblem("include_matches", $"'{match}' is not FIELD=value"));
            }
        }

        if (Seek == JournalSeek.Since && Since == TimeSpan.Zero)
        {
            problems.Add(new ConfigProblem("since", "is needed with 'seek: since': how far back, such as -24h"));
        }

        if (Paths.Count > 1)
        {
            problems.Add(new ConfigProblem("paths", "one journal: a folder or a file; make an input for each"));
        }
    }
}

/// <summary>Where a journal is begun.</summary>
public enum JournalSeek
{
    /// <summary>At its beginning.</summary>
    Head,

    /// <summary>At its end.</summary>
    Tail,

    /// <summary>Some time ago.</summary>
    Since,

    /// <summary>As <see cref="Head"/>: the position is known anyhow. An older name.</summary>
    Cursor,
}
