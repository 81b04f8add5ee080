using System.Text.RegularExpressions;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// One input, type <c>filestream</c> with its keys and defaults. <c>log</c>, Filebeat's older input, is taken as a
/// second name of it, with those of its keys that mean the same.
/// </summary>
[UnsupportedKeys(
    "parsers", "multiline", "json", "processors", "pipeline", "index", "rotation", "delete", "take_over",
    "compression", "include_file_owner_name", "include_file_owner_group_name", "ignore_inactive", "read_until_eof",
    "keep_null", "publisher_pipeline", "close.reader.after_interval", "prospector.scanner.resend_on_touch",
    "docker-json", "close_timeout", "file_identity.path", "file_identity.inode_marker",
    "file_identity.fingerprint.offset")]
public sealed class InputConfig : IValidatedConfig
{
    /// <summary><c>filestream</c> or <c>log</c>.</summary>
    [ConfigKey("type")]
    public string Type { get; set; } = "filestream";

    /// <summary>The name by which this input's files are remembered; must not change.</summary>
    [ConfigKey("id")]
    public string Id { get; set; } = "";

    /// <summary>Whether it is used.</summary>
    [ConfigKey("enabled")]
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Files to read: patterns as Go's filepath.Glob has them; <c>**</c> stands for up to eight folders.
    /// </summary>
    [ConfigKey("paths")]
    public List<string> Paths { get; set; } = [];

    /// <summary>How often to look for files where no notification comes. Matches Filebeat.</summary>
    [ConfigKey("prospector.scanner.check_interval")]
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The <c>log</c> input's name of <see cref="CheckInterval"/>.</summary>
    [ConfigKey("scan_frequency")]
    public TimeSpan? ScanFrequency { get; set; }

    /// <summary>Whether <c>**</c> is special. Matches Filebeat.</summary>
    [ConfigKey("prospector.scanner.recursive_glob")]
    public bool RecursiveGlob { get; set; } = true;

    /// <summary>Whether symbolic links to files are read. Matches Filebeat.</summary>
    [ConfigKey("prospector.scanner.symlinks")]
    public bool Symlinks { get; set; }

    /// <summary>Regular expressions of paths that are not read.</summary>
    [ConfigKey("prospector.scanner.exclude_files")]
    public List<string> ExcludeFiles { get; set; } = [];

    /// <summary>The <c>log</c> input's name of <see cref="ExcludeFiles"/>.</summary>
    [ConfigKey("exclude_files")]
    public List<string> LegacyExcludeFiles { get; set; } = [];

    /// <summary>Regular expressions of which a path must match one; none: all paths.</summary>
    [ConfigKey("prospector.scanner.include_files")]
    public List<string> IncludeFiles { get; set; } = [];

    /// <summary>Accepted: heads are always part of a file's identity, for small files too.</summary>
    [ConfigKey("prospector.scanner.fingerprint.enabled")]
    public bool FingerprintEnabled { get; set; } = true;

    /// <summary>Accepted: the head that identifies a file grows with it to this size (1024 at most).</summary>
    [ConfigKey("prospector.scanner.fingerprint.length")]
    public ByteSize FingerprintLength { get; set; } = 1024;

    /// <summary>Accepted: identity is always device, inode and content together.</summary>
    [ConfigKey("file_identity.fingerprint")]
    public string? FileIdentityFingerprint { get; set; }

    /// <summary>Accepted: identity is always device, inode and content together.</summary>
    [ConfigKey("file_identity.native")]
    public string? FileIdentityNative { get; set; }

    /// <summary>
    /// Close a file that has not changed for this long; it is reopened when it does. Matches Filebeat.
    /// </summary>
    [ConfigKey("close.on_state_change.inactive")]
    public TimeSpan CloseInactive { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The <c>log</c> input's name of <see cref="CloseInactive"/>.</summary>
    [ConfigKey("close_inactive")]
    public TimeSpan? LegacyCloseInactive { get; set; }

    /// <summary>Close a removed file, once it is read to its end. Matches Filebeat's default outside Windows.</summary>
    [ConfigKey("close.on_state_change.removed")]
    public bool CloseRemoved { get; set; } = OperatingSystem.IsWindows();

    /// <summary>Close a renamed file, once it is read to its end. Matches Filebeat.</summary>
    [ConfigKey("close.on_state_change.renamed")]
    public bool CloseRenamed { get; set; }

    /// <summary>How often open files are checked for the above. Matches Filebeat.</summary>
    [ConfigKey("close.on_state_change.check_interval")]
    public TimeSpan CloseCheckInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Close each file at its end. Matches Filebeat.</summary>
    [ConfigKey("close.reader.on_eof")]
    public bool CloseOnEof { get; set; }

    /// <summary>Forget files that have not changed for this long; 0 or -1: never. Matches Filebeat.</summary>
    [ConfigKey("clean_inactive")]
    public TimeSpan CleanInactive { get; set; } = TimeSpan.FromSeconds(-1);

    /// <summary>Forget files that are gone. Matches Filebeat.</summary>
    [ConfigKey("clean_removed")]
    public bool CleanRemoved { get; set; } = true;

    /// <summary>Do not begin files that have not changed for this long; 0: read all. Matches Filebeat.</summary>
    [ConfigKey("ignore_older")]
    public TimeSpan IgnoreOlder { get; set; } = TimeSpan.Zero;

    /// <summary>The most files read at the same time; 0: no limit. Matches Filebeat.</summary>
    [ConfigKey("harvester_limit")]
    public int HarvesterLimit { get; set; }

    /// <summary>
    /// First pause before a file at its end is looked at again without notification. Matches Filebeat.
    /// </summary>
    [ConfigKey("backoff.init")]
    public TimeSpan BackoffInit { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest such pause. Matches Filebeat.</summary>
    [ConfigKey("backoff.max")]
    public TimeSpan BackoffMax { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes read at once. Filebeat's 16 KiB per file; ours is shared by all files of a reader thread.
    /// </summary>
    [ConfigKey("buffer_size")]
    public ByteSize BufferSize { get; set; } = 256L << 10;

    /// <summary>The <c>log</c> input's name of <see cref="BufferSize"/>.</summary>
    [ConfigKey("harvester_buffer_size")]
    public ByteSize? HarvesterBufferSize { get; set; }

    /// <summary>
    /// The most bytes of a line; the rest is cut off and the event flagged. Matches Filebeat. What a batch can hold
    /// (<c>output.kafka.max_message_bytes</c>, 1 MB) is less: a longer line is cut there, where Filebeat drops it.
    /// </summary>
    [ConfigKey("message_max_bytes")]
    public ByteSize MessageMaxBytes { get; set; } = 10L << 20;

    /// <summary>The <c>log</c> input's name of <see cref="MessageMaxBytes"/>.</summary>
    [ConfigKey("max_bytes")]
    public ByteSize? MaxBytes { get; set; }

    /// <summary>
    /// plain, utf-8, iso8859-1, windows-1252 (which latin1 is, as in Filebeat), utf-16le, utf-16be and their -bom
    /// forms.
    /// </summary>
    [ConfigKey("encoding")]
    public string Encoding { get; set; } = "plain";

    /// <summary>auto (LF or CRLF) or one of Filebeat's names of other terminators.</summary>
    [ConfigKey("line_terminator")]
    public LineTerminator LineTerminator { get; set; } = LineTerminator.Auto;

    /// <summary>Begin files that are there at the first start at their end.</summary>
    [ConfigKey("seek_to_tail")]
    public bool SeekToTail { get; set; }

    /// <summary>The <c>log</c> input's name of <see cref="SeekToTail"/>.</summary>
    [ConfigKey("tail_files")]
    public bool? TailFiles { get; set; }

    /// <summary>Regular expressions of which a line must match one; none: all lines.</summary>
    [ConfigKey("include_lines")]
    public List<string> IncludeLines { get; set; } = [];

    /// <summary>Regular expressions of lines that are left out, after <see cref="IncludeLines"/>.</summary>
    [ConfigKey("exclude_lines")]
    public List<string> ExcludeLines { get; set; } = [];

    /// <summary>Names of the outputs that its lines go to; none: all. LogFlow's own key.</summary>
    [ConfigKey("output")]
    public List<string> Outputs { get; set; } = [];

    /// <summary>Tags of this input's events, after the global ones.</summary>
    [ConfigKey("tags")]
    public List<string> Tags { get; set; } = [];

    /// <summary>Additional fields of this input's events.</summary>
    [ConfigKey("fields")]
    public Dictionary<string, object?> Fields { get; set; } = [];

    /// <summary>Whether <see cref="Fields"/> stand at the top of the event rather than below <c>fields</c>.</summary>
    [ConfigKey("fields_under_root")]
    public bool FieldsUnderRoot { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        var problems = new List<ConfigProblem>();
        if (Type is not ("filestream" or "log"))
        {
            problems.Add(new ConfigProblem("type", $"'{Type}' is not supported yet; 'filestream' is"));
        }

        if (Enabled && Paths.Count == 0)
        {
            problems.Add(new ConfigProblem("paths", "at least one path is needed"));
        }

        foreach (var path in Paths.Where(path => !PathPattern.IsValid(path)))
        {
            problems.Add(new ConfigProblem("paths", $"'{path}' is not a valid pattern"));
        }

        CheckExpressions(problems, "prospector.scanner.exclude_files", ExcludeFiles);
        CheckExpressions(problems, "exclude_files", LegacyExcludeFiles);
        CheckExpressions(problems, "prospector.scanner.include_files", IncludeFiles);
        CheckExpressions(problems, "include_lines", IncludeLines);
        CheckExpressions(problems, "exclude_lines", ExcludeLines);
        if (LineEncoding.Find(Encoding) is null)
        {
            problems.Add(new ConfigProblem(
                "encoding", $"'{Encoding}' is not supported; supported are {string.Join(", ", LineEncoding.Names)}"));
        }

        if (CleanInactive > TimeSpan.Zero && CleanInactive <= IgnoreOlder + (ScanFrequency ?? CheckInterval))
        {
            // Filebeat 9.2's rule: otherwise a file is forgotten while it may still be read, and read again.
            problems.Add(new ConfigProblem(
                "clean_inactive", "must be greater than ignore_older + prospector.scanner.check_interval"));
        }

        CheckNumbers(problems);
        return problems;
    }

    private void CheckNumbers(List<ConfigProblem> problems)
    {
        if ((ScanFrequency ?? CheckInterval) <= TimeSpan.Zero)
        {
            problems.Add(new ConfigProblem("prospector.scanner.check_interval", "must be greater than zero"));
        }

        if (BackoffInit <= TimeSpan.Zero || BackoffMax < BackoffInit)
        {
            problems.Add(new ConfigProblem("backoff.init", "must be greater than zero and not above backoff.max"));
        }

        if ((HarvesterBufferSize ?? BufferSize).Bytes is < 1024 or > 64 << 20)
        {
            problems.Add(new ConfigProblem("buffer_size", "must be between 1024 and 64MiB"));
        }

        if ((MaxBytes ?? MessageMaxBytes).Bytes is < 1 or > 256 << 20)
        {
            problems.Add(new ConfigProblem("message_max_bytes", "must be between 1 and 256MiB"));
        }

        if (HarvesterLimit < 0)
        {
            problems.Add(new ConfigProblem("harvester_limit", "must not be negative"));
        }
    }

    private static void CheckExpressions(List<ConfigProblem> problems, string key, List<string> expressions)
    {
        foreach (var expression in expressions)
        {
            try
            {
                _ = LinePattern.Compile(expression);
            }
            catch (Exception error) when (error is RegexParseException or NotSupportedException)
            {
                problems.Add(new ConfigProblem(key, $"'{expression}' is not a regular expression: {error.Message}"));
            }
        }
    }
}
