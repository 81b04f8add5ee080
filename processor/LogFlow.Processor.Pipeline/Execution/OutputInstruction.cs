namespace LogFlow.Processor.Pipeline;

/// <summary>One step of the output section.</summary>
/// <param name="Condition">When false, go on at <paramref name="Target"/>; null: no branch.</param>
/// <param name="Target">The step to go on at.</param>
/// <param name="Output">The output's number to add; -1: a branch or jump.</param>
internal readonly record struct OutputInstruction(Condition? Condition, int Target, int Output);
