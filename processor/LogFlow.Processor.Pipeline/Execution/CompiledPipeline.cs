namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A pipeline that has been read, checked and compiled: all its patterns, formats and references are known to be right.
/// Immutable and shared by all workers; each worker runs it through its own <see cref="PipelineWorker"/>.
/// </summary>
public sealed class CompiledPipeline
{
    private readonly Lock _workersLock = new(); // guards _workers
    private readonly List<PipelineWorker> _workers = [];

    internal CompiledPipeline(
        PipelineOptions options,
        IReadOnlyList<PluginNode> inputs,
        IReadOnlyList<Filter> filters,
        IReadOnlyList<PluginNode> outputs,
        Instruction[] filterProgram,
        OutputInstruction[] outputProgram)
    {
        Options = options;
        Inputs = inputs;
        Filters = filters;
        Outputs = outputs;
        FilterProgram = filterProgram;
        OutputProgram = outputProgram;
    }

    /// <summary>The settings it was compiled with.</summary>
    public PipelineOptions Options { get; }

    /// <summary>The inputs, in the order of the text.</summary>
    public IReadOnlyList<PluginNode> Inputs { get; }

    /// <summary>The filters, in the order of the text.</summary>
    public IReadOnlyList<Filter> Filters { get; }

    /// <summary>The outputs, in the order of the text; <see cref="OutputSet"/> refers to them by index.</summary>
    public IReadOnlyList<PluginNode> Outputs { get; }

    /// <summary>Whether a filter remembers earlier events, so that it matters which worker sees which event.</summary>
    public bool IsStateful => Filters.Any(filter => filter.IsStateful);

    internal Instruction[] FilterProgram { get; }

    internal OutputInstruction[] OutputProgram { get; }

    /// <summary>Reads, checks and compiles a pipeline.</summary>
    /// <param name="sources">The texts, in order; each must be whole in itself, sections of one kind are
    /// joined.</param>
    /// <param name="options">The settings.</param>
    /// <param name="registry">The plugins that may be used.</param>
    /// <exception cref="PipelineSyntaxException">It has mistakes; the exception lists all that were found.</exception>
    public static CompiledPipeline Load(
        IEnumerable<PipelineSource> sources, PipelineOptions options, PluginRegistry registry) =>
        new PipelineCompiler(options, registry).Compile(sources);

    /// <summary>
    /// This pipeline with the inputs of another where it has none itself, and likewise its outputs; the filters are
    /// shared, not compiled again.
    /// </summary>
    /// <param name="ends">Inputs and outputs, compiled with the same options.</param>
    public CompiledPipeline CompletedBy(CompiledPipeline ends)
    {
        var (outputs, program) = Outputs.Count > 0 ? (Outputs, OutputProgram) : (ends.Outputs, ends.OutputProgram);
        return new CompiledPipeline(
            Options, Inputs.Count > 0 ? Inputs : ends.Inputs, Filters, outputs, FilterProgram, program);
    }

    /// <summary>Makes what one worker needs to run the pipeline.</summary>
    public PipelineWorker CreateWorker()
    {
        var worker = new PipelineWorker(this);
        lock (_workersLock)
        {
            _workers.Add(worker);
        }
        return worker;
    }

    /// <summary>What each filter did so far, per worker: for metrics, to be summed by plugin.</summary>
    public IReadOnlyList<PluginCounters> ReadCounters()
    {
        lock (_workersLock)
        {
            return [.. _workers.SelectMany(worker => worker.Counters)];
        }
    }

    /// <summary>Makes the codec of an input or output.</summary>
    /// <param name="plugin">The input or output.</param>
    /// <param name="defaultCodec">The codec when the option <c>codec</c> is absent.</param>
    public ICodec CreateCodec(PluginNode plugin, string defaultCodec) =>
        CodecFactory.Create(plugin.Settings.Codec("codec"), defaultCodec, Options);
}
