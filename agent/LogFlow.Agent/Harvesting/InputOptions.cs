using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>An input's settings as the readers use them. Immutable.</summary>
internal sealed class InputOptions
{
    private readonly EventMetadata _metadata;
    private readonly OutputTarget _output;
    private readonly AgentIdentity _identity;
    private readonly LineTerminator _terminator;

    public InputOptions(AgentConfig agent, InputConfig input, OutputTarget output, AgentIdentity identity)
    {
        Config = input;
        Id = input.Id.Length > 0 ? input.Id : "default";
        Encoding = LineEncoding.Find(input.Encoding)!;
        Filter = LineFilter.Create(input.IncludeLines, input.ExcludeLines);
        LineLengthMax = (int)Math.Min(
            (input.MaxBytes ?? input.MessageMaxBytes).Bytes, output.Options.BatchBytesMax);
        _metadata = new EventMetadata(agent, input, identity);
        _output = output;
        _identity = identity;
        _terminator = input.LineTerminator;
        Scanner = new FileScanner(
            [.. input.Paths.Select(PathPattern.Parse)],
            input.RecursiveGlob,
            input.Symlinks,
            LinePattern.CompileAll(input.IncludeFiles),
            LinePattern.CompileAll(input.ExcludeFiles.Concat(input.LegacyExcludeFiles)));
    }

    /// <summary>As written.</summary>
    public InputConfig Config { get; }

    /// <summary>The name under which files are remembered.</summary>
    public string Id { get; }

    /// <summary>What files' bytes are.</summary>
    public LineEncoding Encoding { get; }

    /// <summary>Which lines become events; null: all.</summary>
    public LineFilter? Filter { get; }

    /// <summary>Bytes of a line that are kept: message_max_bytes, or what a batch can hold.</summary>
    public int LineLengthMax { get; }

    /// <summary>Finds the files.</summary>
    public FileScanner Scanner { get; }

    /// <summary>How often to look for files.</summary>
    public TimeSpan CheckInterval => Config.ScanFrequency ?? Config.CheckInterval;

    /// <summary>When to close an unchanged file.</summary>
    public TimeSpan CloseInactive => Config.LegacyCloseInactive ?? Config.CloseInactive;

    /// <summary>Whether to begin at the end of the files that are there first.</summary>
    public bool SeekToTail => Config.TailFiles ?? Config.SeekToTail;

    /// <summary>Finds line ends in a file of this encoding.</summary>
    public LineFramer Framer(LineEncoding encoding) => new(_terminator, encoding);

    /// <summary>Builds the events of a file incarnation.</summary>
    public EventEncoder Encoder(FileState state, string path, LineEncoding encoding) => new(
        _output.KeyOf(_identity, state.Generation),
        _output.Codec,
        encoding,
        _metadata.For(RawPath.Display(path)));
}
