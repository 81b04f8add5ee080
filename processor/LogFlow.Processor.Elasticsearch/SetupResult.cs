namespace LogFlow.Processor.Elasticsearch;

/// <summary>Whether documents may be sent: what came of looking after the templates.</summary>
/// <param name="IsDone">A template is responsible for the data streams, ours or another.</param>
/// <param name="NeedsOperator">It will not mend itself: privileges, a template that is refused.</param>
/// <param name="Problem">What is in the way, in words; null where it is done.</param>
public readonly record struct SetupResult(bool IsDone, bool NeedsOperator = false, string? Problem = null)
{
    internal static SetupResult Done { get; } = new(true);
}
