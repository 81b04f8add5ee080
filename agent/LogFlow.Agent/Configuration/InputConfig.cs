using System.Text.RegularExpressions;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// One input, type <c>filestream</c> with its keys and defaults. <c>log</c>, <c>container</c> and <c>docker</c>,
/// Filebeat's older inputs, read files as well, with keys of their own; others receive (<see cref="IsReceived"/>).
/// </summary>
[AcceptedKey("rotation", "needs no setting here: copies that rotation makes are recognised by what they hold")]
[AcceptedKey("include_file_owner_name", "is not done: events do not name the file's owner", IsQuiet = true)]
[AcceptedKey("include_file_owner_group_name", "is not done: events do not name the file's group", IsQuiet = true)]
[AcceptedKey("read_until_eof", "is not needed: what is left of a file is read after the next start", IsQuiet = true)]
[AcceptedKey("close.reader.after_interval", "closes no file here that has unread lines, so none is lost",
    IsQuiet = true)]
[AcceptedKey("close_timeout", "closes no file here that has unread lines, so none is lost", IsQuiet = true)]
[AcceptedKey("close_older", "is close_inactive today; the default is in force")]
[AcceptedKey("force_close_files", "is not needed: files that were renamed or removed are read to their end")]
[AcceptedKey("partial_line_waiting", "is not needed: a line without end waits for it")]
[AcceptedKey("prospector.scanner.resend_on_touch", "sends nothing twice here", IsQuiet = true)]
[AcceptedKey("prospector.scanner.fingerprint", "is not needed: a file is known by device, inode and its first bytes")]
[AcceptedKey("file_identity", "is not needed: a file is known by device, inode and content together")]
[AcceptedKey("scan", "says nothing here: files are read as soon as they have something", IsQuiet = true)]
[AcceptedKey("docker-json", "is the container parser's work here", IsQuiet = true)]
[AcceptedKey("offset", "says nothing, as in Filebeat: 'seek_to_tail' begins at the ends of files")]
[AcceptedKey("combine_partial", "is always done", IsQuiet = true)]
[AcceptedKey("containers.combine_partial", "is always done", IsQuiet = true)]
[AcceptedKey("containers.combine_partials", "is always done", IsQuiet = true)]
[AcceptedKey("containers.cri", "is found out by each line", IsQuiet = true)]
[AcceptedKey("containers.cri.parse_flags", "is found out by each line", IsQuiet = true)]
[AcceptedKey("combine_partials", "is always done", IsQuiet = true)]
[AcceptedKey("cri", "is found out by each line", IsQuiet = true)]
[AcceptedKey("ignore_decoding_error", "belongs to the parser: 'parsers: [ndjson: {ignore_decoding_error: true}]'")]
[AcceptedKey("backoff_factor", "is 2 here")]
[AcceptedKey("allow_deprecated_use", "says nothing here", IsQuiet = true)]
[AcceptedKey("allow_deprecated_id_duplication", "says nothing here: ids have to differ", IsQuiet = true)]
[AcceptedKey("legacy_clean_inactive", "says nothing here", IsQuiet = true)]
public sealed partial class InputConfig : IValidatedConfig
{
    /// <summary>
    /// <c>filestream</c>, <c>log</c>, <c>container</c>, <c>docker</c>, <c>stdin</c>, <c>tcp</c>, <c>udp</c>,
    /// <c>unix</c>, <c>syslog</c> or <c>journald</c>.
    /// </summary>
    [ConfigKey("type", Aliases = ["input_type"])]
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

    /// <summary>The <c>log</c> input's name of <see cref="RecursiveGlob"/>.</summary>
    [ConfigKey("recursive_glob.enabled")]
    public bool? LegacyRecursiveGlob { get; set; }

    /// <summary>
    /// Whether symbolic links to files are read. Matches Filebeat: only those of containers, where nothing is said.
    /// </summary>
    [ConfigKey("prospector.scanner.symlinks", Aliases = ["symlinks"])]
    public bool? Symlinks { get; set; }

    internal bool FollowsSymlinks => Symlinks ?? Type is "container";

    /// <summary>Regular expressions of paths that are not read.</summary>
    [ConfigKey("prospector.scanner.exclude_files")]
    public List<string> ExcludeFiles { get; set; } = [];

    /// <summary>The <c>log</c> input's name of <see cref="ExcludeFiles"/>.</summary>
    [ConfigKey("exclude_files", Aliases = ["containers.exclude_files"])]
    public List<string> LegacyExcludeFiles { get; set; } = [];

    /// <summary>Regular expressions of which a path must match one; none: all paths.</summary>
    [ConfigKey("prospector.scanner.include_files")]
    public List<string> IncludeFiles { get; set; } = [];

    /// <summary>Accepted: identity is always device, inode and content together.</summary>
    [ConfigKey("prospector.scanner.fingerprint.enabled")]
    public bool FingerprintEnabled { get; set; } = true;

    /// <summary>Accepted: the head that identifies a file grows with it to this size (1024 at most).</summary>
    [ConfigKey("prospector.scanner.fingerprint.length")]
    public ByteSize FingerprintLength { get; set; } = 1024;

    /// <summary>Where Filebeat's fingerprints began, for <see cref="TakesOver"/>.</summary>
    [ConfigKey("prospector.scanner.fingerprint.offset")]
    public ByteSize FingerprintOffset { get; set; } = 0;

    /// <summary>
    /// At the first start the positions of Filebeat's <c>log</c> inputs (and those of <see cref="TakeOverIds"/>) are
    /// taken over, besides those of a filestream of the same id, which always are.
    /// </summary>
    [ConfigKey("take_over.enabled", Aliases = ["take_over"])]
    public bool TakesOver { get; set; }

    /// <summary>Ids of Filebeat's filestreams whose positions are taken over, too.</summary>
    [ConfigKey("take_over.from_ids")]
    public List<string> TakeOverIds { get; set; } = [];

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
    [ConfigKey("close.on_state_change.removed", Aliases = ["close_removed"])]
    public bool CloseRemoved { get; set; } = OperatingSystem.IsWindows();

    /// <summary>Close a renamed file, once it is read to its end. Matches Filebeat.</summary>
    [ConfigKey("close.on_state_change.renamed", Aliases = ["close_renamed"])]
    public bool CloseRenamed { get; set; }

    /// <summary>How often open files are checked for the above. Matches Filebeat.</summary>
    [ConfigKey("close.on_state_change.check_interval")]
    public TimeSpan CloseCheckInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Close each file at its end. Matches Filebeat.</summary>
    [ConfigKey("close.reader.on_eof", Aliases = ["close_eof"])]
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
    [ConfigKey("backoff.init", Aliases = ["backoff"])]
    public TimeSpan BackoffInit { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest such pause. Matches Filebeat.</summary>
    [ConfigKey("backoff.max", Aliases = ["max_backoff"])]
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

    /// <summary>
    /// Files that are seen for the first time begin at their end: those that are there at the first start, or at each.
    /// </summary>
    [ConfigKey("ignore_inactive")]
    public IgnoreInactive IgnoreInactive { get; set; }

    /// <summary>
    /// <c>gzip</c> or <c>auto</c>: compressed files are read, too. Without it only those that go on with a log.
    /// </summary>
    [ConfigKey("compression")]
    public string Compression { get; set; } = "";

    /// <summary>What is made of lines, in order.</summary>
    [ConfigKey("parsers")]
    public List<ParserConfig> Parsers { get; set; } = [];

    /// <summary>The older inputs' JSON.</summary>
    [ConfigKey("json")]
    public JsonConfig? Json { get; set; }

    /// <summary>The older inputs' multiline.</summary>
    [ConfigKey("multiline")]
    public MultilineConfig? Multiline { get; set; }

    /// <summary>Which stream of a container is read.</summary>
    [ConfigKey("stream", Aliases = ["containers.stream"])]
    public ContainerStream ContainerStream { get; set; }

    /// <summary>
    /// How the runtime writes a container's log (auto, docker, cri), or of what kind the messages of <c>syslog</c> are
    /// (auto, rfc3164, rfc5424).
    /// </summary>
    [ConfigKey("format")]
    public string Format { get; set; } = "";

    /// <summary>The <c>docker</c> input's containers; <c>*</c>: all.</summary>
    [ConfigKey("containers.ids")]
    public List<string> ContainerIds { get; set; } = [];

    /// <summary>Where Docker keeps their logs.</summary>
    [ConfigKey("containers.path")]
    public string ContainerPath { get; set; } = "/var/lib/docker/containers";

    /// <summary>What is done to this input's events.</summary>
    [ConfigKey("processors")]
    public ProcessorList Processors { get; set; } = new();

    /// <summary>
    /// The ingest pipeline, for an output or a processor that passes it on (<c>@metadata.pipeline</c>).
    /// </summary>
    [ConfigKey("pipeline")]
    public string Pipeline { get; set; } = "";

    /// <summary>The index, for an output or a processor that passes it on (<c>@metadata.raw_index</c>).</summary>
    [ConfigKey("index")]
    public string Index { get; set; } = "";

    /// <summary>Whether fields without a value are kept in events.</summary>
    [ConfigKey("keep_null")]
    public bool KeepNull { get; set; }

    /// <summary>Whether events do without <c>host.name</c>.</summary>
    [ConfigKey("publisher_pipeline.disable_host")]
    public bool DisableHost { get; set; }

    /// <summary>The field <c>type</c>; from Filebeat 5.</summary>
    [ConfigKey("document_type")]
    public string DocumentType { get; set; } = "";

    /// <summary>The module that the input belongs to (<c>event.module</c>); set by <c>filebeat.modules</c>.</summary>
    [ConfigKey("_module_name")]
    public string ModuleName { get; set; } = "";

    /// <summary>The module's part (<c>event.dataset</c>, <c>fileset.name</c>).</summary>
    [ConfigKey("_fileset_name")]
    public string FilesetName { get; set; } = "";

    /// <summary>
    /// What its text was, where it is reloaded when that changes; empty: it is not. Set by the dialect.
    /// </summary>
    [ConfigKey("_reload_digest")]
    public string ReloadDigest { get; set; } = "";

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

    /// <summary>A piece of a container's long line that no other follows.</summary>
    private static TimeSpan PartialTimeout { get; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        var problems = new List<ConfigProblem>();
        if (Enabled && InputTypes.FindProblem(Type) is { } problem)
        {
            problems.Add(new ConfigProblem("type", problem));
        }

        if (Compression is not ("" or "none" or "gzip" or "auto"))
        {
            problems.Add(new ConfigProblem("compression", $"'{Compression}' is not one of gzip, auto"));
        }

        if (Enabled && IsReceived)
        {
            CheckReceived(problems);
        }
        else
        {
            CheckFiles(problems);
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

        CheckDeletion(problems);
        CheckNumbers(problems);
        return problems;
    }

    /// <summary>What is read: the paths, of <c>docker</c> its containers' logs, of others their spool.</summary>
    internal List<string> AllPaths() => Spool is { } spool ? [spool.Pattern]
        : IsReceived ? []
        : Type == "docker" && Paths.Count == 0
        ? [.. ContainerIds.Select(id => $"{ContainerPath.TrimEnd('/')}/{id}/*.log")]
        : Paths;

    /// <summary>
    /// The parsers: the older inputs' in their own order, container, JSON, multiline, whatever the order in the file.
    /// </summary>
    internal List<MessageAssembler.ParserFactory> AllParsers()
    {
        var parsers = new List<ParserConfig>();
        if (Type is "container" or "docker")
        {
            parsers.Add(new ParserConfig
            {
                Container = new ContainerConfig { Stream = ContainerStream, Format = ContainerFormat ?? default },
            });
        }

        parsers.AddRange(Parsers);
        if (Multiline is not null)
        {
            parsers.Add(new ParserConfig { Multiline = Multiline });
        }

        List<MessageAssembler.ParserFactory> made =
        [
            .. IsReceived ? [SpoolStage.Create] : Array.Empty<MessageAssembler.ParserFactory>(),
            .. Type == "syslog" ? [SyslogParser()] : Array.Empty<MessageAssembler.ParserFactory>(),
            .. parsers.Select(static parser => parser.Factory()),
        ];
        if (Json is { } json)
        {
            made.Insert(
                made.Count - (Multiline is null ? 0 : 1),
                (next, release, _) => new JsonStage(json.Options()) { Next = next, Release = release });
        }

        return made;
    }

    /// <summary>How long a message waits for another line; null: none does.</summary>
    internal TimeSpan? FlushAfter
    {
        get
        {
            var multiline = Parsers.Select(static parser => parser.Multiline)
                .Append(Multiline)
                .OfType<MultilineConfig>()
                .ToList();
            return multiline.Count > 0 ? multiline.Max(static one => one.Timeout)
                : Type is "container" or "docker" || Parsers.Exists(static parser => parser.Container is not null)
                ? PartialTimeout
                : null;
        }
    }

    /// <summary>What the input's own keys put into each event beside the line.</summary>
    internal IEnumerable<EventProcessor> Metadata()
    {
        var metadata = new Dictionary<string, string>();
        if (Pipeline.Length > 0)
        {
            metadata.Add("pipeline", Pipeline);
        }

        if (Index.Length > 0)
        {
            metadata.Add("raw_index", Index);
        }

        return metadata.Count == 0 ? [] : [new MetadataProcessor(metadata)];
    }

    private ContainerFormat? ContainerFormat => Format.ToLowerInvariant() switch
    {
        "" or "auto" => LogFlow.Agent.ContainerFormat.Auto,
        "docker" or "json-file" => LogFlow.Agent.ContainerFormat.Docker,
        "cri" => LogFlow.Agent.ContainerFormat.Cri,
        _ => null,
    };

    private void CheckFiles(List<ConfigProblem> problems)
    {
        if (Enabled && AllPaths().Count == 0)
        {
            problems.Add(new ConfigProblem("paths", "at least one path is needed"));
        }

        foreach (var path in Paths.Where(path => !PathPattern.IsValid(path)))
        {
            problems.Add(new ConfigProblem("paths", $"'{path}' is not a valid pattern"));
        }

        if (ContainerFormat is null)
        {
            problems.Add(new ConfigProblem("format", $"'{Format}' is not one of auto, docker, cri"));
        }
    }

    private void CheckNumbers(List<ConfigProblem> problems)
    {
        if ((ScanFrequency ?? CheckInterval) < TimeSpan.Zero)
        {
            problems.Add(new ConfigProblem("prospector.scanner.check_interval", "must not be negative"));
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

    internal static void CheckExpressions(List<ConfigProblem> problems, string key, List<string> expressions)
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

/// <summary><c>ignore_inactive</c>.</summary>
public enum IgnoreInactive
{
    /// <summary>All files are read from their beginning.</summary>
    None,

    /// <summary>Files that are there at the first start begin at their end.</summary>
    SinceFirstStart,

    /// <summary>Files that are there at a start, and were never seen, begin at their end.</summary>
    SinceLastStart,
}
