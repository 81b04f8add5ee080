namespace LogFlow.Processor.Pipeline;

/// <summary>What a filter needs to say why it failed; nothing of it is there in a run that nobody traces.</summary>
internal sealed class FailureContext(PipelineOptions options)
{
    /// <summary>The pipeline's settings.</summary>
    public PipelineOptions Options { get; } = options;

    /// <summary>Runs patterns.</summary>
    public Matcher Matcher { get; } = new();
}
