using LogFlow.Hosting;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>
/// The pipeline of a configuration: read, checked and compiled, with nothing started. Compiling is most of what a start
/// takes, so what was checked is what runs; only the ends that the text lacks are made when the service starts, because
/// addresses may be known by then alone.
/// </summary>
public sealed class ProcessorPipeline
{
    private readonly PipelineLoader _loader;
    private readonly CompiledPipeline _text;

    private ProcessorPipeline(PipelineLoader loader, CompiledPipeline text)
    {
        _loader = loader;
        _text = text;
    }

    /// <summary>Compiles everything that a start would.</summary>
    /// <param name="config">The configuration; addresses of queue and output may still change before the start.</param>
    /// <param name="time">The clock of filters that ask for one.</param>
    /// <exception cref="ConfigException">All problems, each with its place, the line with a caret, and a remedy.
    /// </exception>
    public static ProcessorPipeline Load(ProcessorConfig config, TimeProvider time)
    {
        ConfigException.ThrowIfAny([.. config.Validate().Select(problem => $"{problem.Key}: {problem.Message}")]);
        try
        {
            var loader = new PipelineLoader(config, time);
            var pipeline = new ProcessorPipeline(loader, loader.LoadText());
            pipeline.Complete();
            return pipeline;
        }
        catch (PipelineSyntaxException error)
        {
            ConfigException.ThrowIfAny([.. error.Diagnostics.Select(static diagnostic => diagnostic.ToString())]);
            throw;
        }
        catch (StartupException error)
        {
            throw new ConfigException(ConfigLocation.None, error.Message);
        }
    }

    /// <summary>Lets somebody try a line with it, in a copy of its own.</summary>
    public PipelineTrial CreateTrial() => new(_loader, _text);

    /// <summary>With the ends that the configuration names now.</summary>
    /// <exception cref="PipelineSyntaxException">They make no input or output.</exception>
    internal CompiledPipeline Complete() => _loader.Complete(_text);
}
