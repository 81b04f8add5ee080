namespace LogFlow.Processor;

/// <summary>What one filter of the pipeline did since the start, over all workers.</summary>
/// <param name="Name">The plugin's id, as errors name it.</param>
/// <param name="Place">File, line and column where it stands.</param>
/// <param name="In">Events that entered.</param>
/// <param name="Out">Events that left it.</param>
/// <param name="Matches">Events it was successful with.</param>
/// <param name="Failures">Events it could not handle.</param>
/// <param name="Duration">Time spent, measured on every sixteenth event.</param>
public sealed record StatementStatus(
    string Name, string Place, long In, long Out, long Matches, long Failures, TimeSpan Duration);
