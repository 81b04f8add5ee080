namespace LogFlow.Processor.Pipeline;

/// <summary>The result of one test vector.</summary>
/// <param name="Id">The vector's id.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Message">Why it failed or was skipped; empty when it passed.</param>
public sealed record VectorResult(string Id, VectorOutcome Outcome, string Message);
