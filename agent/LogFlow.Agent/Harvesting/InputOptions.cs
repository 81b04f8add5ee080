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
        Id = InputIds.Of(agent, input);
        Encoding = LineEncoding.Find(input.Encoding)!;
        Filter = LineFilter.Create(input.IncludeLines, input.ExcludeLines);
        LineLengthMax = input.Spool?.LineLengthMax ?? (int)Math.Min(
            (input.MaxBytes ?? input.MessageMaxBytes).Bytes, output.Options.BatchBytesMax);
        Pipeline = EventPipeline.Create(agent, input, Filter);
        _metadata = new EventMetadata(agent, input, identity);
        _output = output;
        _identity = identity;
        _terminator = input.LineTerminator;
        Scanner = new FileScanner(
            [.. input.AllPaths().Select(PathPattern.Parse)],
            input.LegacyRecursiveGlob ?? input.RecursiveGlob,
            input.FollowsSymlinks,
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

    /// <summary>Parsers and processors; null: lines are sent as they stand.</summary>
    public EventPipeline? Pipeline { get; }

    /// <summary>How long a message waits for another line; null: it does not.</summary>
    public TimeSpan? FlushAfter => Config.FlushAfter;

    /// <summary>Bytes of the file that may be read without a place to begin anew.</summary>
    public int StretchMax => (int)Math.Min(64L << 20, LineLengthMax * 4L);

    /// <summary>Bytes of a line that are kept: message_max_bytes, or what a batch can hold.</summary>
    public int LineLengthMax { get; }

    /// <summary>Finds the files.</summary>
    public FileScanner Scanner { get; }

    /// <summary>How often to look for files.</summary>
    public TimeSpan CheckInterval =>
        (Config.ScanFrequency ?? Config.CheckInterval) is var interval && interval > TimeSpan.Zero
            ? interval
            : TimeSpan.FromSeconds(1);

    /// <summary>When to close an unchanged file.</summary>
    public TimeSpan CloseInactive => Config.LegacyCloseInactive ?? Config.CloseInactive;

    /// <summary>Whether to begin at the end of the files that are there first.</summary>
    public bool SeekToTail =>
        Config.TailFiles ?? (Config.SeekToTail || Config.IgnoreInactive == IgnoreInactive.SinceFirstStart);

    /// <summary>Whether to begin at the end of files that are there, and not known, at any start.</summary>
    public bool SeeksAtEachStart => Config.IgnoreInactive == IgnoreInactive.SinceLastStart;

    /// <summary>Whether compressed files are read that go on with no other.</summary>
    public bool ReadsCompressed => Config.Compression is "gzip" or "auto";

    /// <summary>Finds line ends in a file of this encoding.</summary>
    public LineFramer Framer(LineEncoding encoding) => new(_terminator, encoding);

    /// <summary>Builds the events of a file incarnation.</summary>
    public EventEncoder Encoder(FileState state, string path, LineEncoding encoding)
    {
        var metadata = _metadata.For(RawPath.Display(path));
        return new EventEncoder(_output.KeyOf(_identity, Config, state.Generation), _output.Codec, encoding, metadata)
        {
            Structured = Pipeline is null
                ? null
                : new StructuredEvents(Pipeline, metadata, _output.Codec == OutputCodec.Raw),
        };
    }
}
