using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>One of an input's <c>parsers</c>; one of its sections is given.</summary>
public sealed class ParserConfig : IValidatedConfig
{
    /// <summary>Joins lines.</summary>
    [ConfigKey("multiline")]
    public MultilineConfig? Multiline { get; set; }

    /// <summary>Decodes JSON.</summary>
    [ConfigKey("ndjson")]
    public NdjsonConfig? Ndjson { get; set; }

    /// <summary>Takes the lines of container runtimes apart.</summary>
    [ConfigKey("container")]
    public ContainerConfig? Container { get; set; }

    /// <summary>Takes syslog messages apart.</summary>
    [ConfigKey("syslog")]
    public SyslogConfig? Syslog { get; set; }

    /// <summary>Keeps the messages that match.</summary>
    [ConfigKey("include_message")]
    public IncludeMessageConfig? IncludeMessage { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate() =>
        new object?[] { Multiline, Ndjson, Container, Syslog, IncludeMessage }.Count(static one => one is not null) == 1
            ? []
            : [new ConfigProblem("", "each parser is one of multiline, ndjson, container, syslog, include_message")];

    /// <summary>What makes the parser.</summary>
    internal MessageAssembler.ParserFactory Factory() => (next, release, lengthMax) =>
    {
        if (Multiline is not null)
        {
            return new MultilineStage(Multiline, lengthMax) { Next = next, Release = release };
        }

        if (Container is not null)
        {
            return new ContainerStage(Container, lengthMax) { Next = next, Release = release };
        }

        if (Syslog is not null)
        {
            return new SyslogStage(Syslog) { Next = next, Release = release };
        }

        return IncludeMessage is not null
            ? new IncludeStage(IncludeMessage) { Next = next, Release = release }
            : new JsonStage(Ndjson!.Options()) { Next = next, Release = release };
    };
}

/// <summary><c>ndjson</c> of <c>parsers</c>. Keys and defaults are Filebeat's.</summary>
[AcceptedKey("ignore_decoding_error", "says nothing here: broken lines are not logged one by one", IsQuiet = true)]
public sealed class NdjsonConfig
{
    /// <summary>The field that the document's fields go below; empty: the root.</summary>
    [ConfigKey("target")]
    public string Target { get; set; } = "";

    /// <summary>Whether the document's fields go before the agent's own.</summary>
    [ConfigKey("overwrite_keys")]
    public bool OverwriteKeys { get; set; }

    /// <summary>Whether <c>a.b</c> is <c>b</c> below <c>a</c>.</summary>
    [ConfigKey("expand_keys")]
    public bool ExpandKeys { get; set; }

    /// <summary>Whether what is no JSON gets <c>error.message</c>.</summary>
    [ConfigKey("add_error_key")]
    public bool AddErrorKey { get; set; }

    /// <summary>The document's field that is the line for multiline and line filters.</summary>
    [ConfigKey("message_key")]
    public string MessageKey { get; set; } = "";

    /// <summary>The document's field that is its id.</summary>
    [ConfigKey("document_id")]
    public string DocumentId { get; set; } = "";

    /// <summary>Taken by Filebeat's parser, too, and without effect: <see cref="Target"/> decides.</summary>
    [ConfigKey("keys_under_root")]
    public bool KeysUnderRoot { get; set; }

    internal JsonOptions Options() =>
        new(Target, OverwriteKeys, ExpandKeys, AddErrorKey, MessageKey, DocumentId);
}

/// <summary><c>json</c> of the older inputs. Keys and defaults are Filebeat's.</summary>
[AcceptedKey("ignore_decoding_error", "says nothing here: broken lines are not logged one by one", IsQuiet = true)]
public sealed class JsonConfig
{
    /// <summary>Whether the document's fields stand at the root; else below <c>json</c>.</summary>
    [ConfigKey("keys_under_root")]
    public bool KeysUnderRoot { get; set; }

    /// <inheritdoc cref="NdjsonConfig.OverwriteKeys"/>
    [ConfigKey("overwrite_keys")]
    public bool OverwriteKeys { get; set; }

    /// <inheritdoc cref="NdjsonConfig.ExpandKeys"/>
    [ConfigKey("expand_keys")]
    public bool ExpandKeys { get; set; }

    /// <inheritdoc cref="NdjsonConfig.AddErrorKey"/>
    [ConfigKey("add_error_key")]
    public bool AddErrorKey { get; set; }

    /// <inheritdoc cref="NdjsonConfig.MessageKey"/>
    [ConfigKey("message_key")]
    public string MessageKey { get; set; } = "";

    /// <inheritdoc cref="NdjsonConfig.DocumentId"/>
    [ConfigKey("document_id")]
    public string DocumentId { get; set; } = "";

    internal JsonOptions Options() => new(
        KeysUnderRoot ? "" : "json", OverwriteKeys, ExpandKeys, AddErrorKey, MessageKey, DocumentId);
}

/// <summary><c>include_message</c>.</summary>
public sealed class IncludeMessageConfig : IValidatedConfig
{
    /// <summary>Messages that match one of these go on.</summary>
    [ConfigKey("patterns")]
    public List<string> Patterns { get; set; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate()
    {
        var problems = new List<ConfigProblem>();
        InputConfig.CheckExpressions(problems, "patterns", Patterns);
        return problems;
    }
}

/// <summary><c>container</c>: what is read of a container's log.</summary>
public sealed class ContainerConfig
{
    /// <summary>Which stream.</summary>
    [ConfigKey("stream")]
    public ContainerStream Stream { get; set; } = ContainerStream.All;

    /// <summary>How the runtime writes it.</summary>
    [ConfigKey("format")]
    public ContainerFormat Format { get; set; } = ContainerFormat.Auto;
}

/// <summary>Streams of a container.</summary>
public enum ContainerStream
{
    /// <summary>Both.</summary>
    All,

    /// <summary>Standard output.</summary>
    Stdout,

    /// <summary>Standard error.</summary>
    Stderr,
}

/// <summary>How a runtime writes a container's log.</summary>
public enum ContainerFormat
{
    /// <summary>A line that starts with a brace is Docker's.</summary>
    Auto,

    /// <summary>Docker's json-file.</summary>
    Docker,

    /// <summary>The container runtime interface's.</summary>
    Cri,
}
