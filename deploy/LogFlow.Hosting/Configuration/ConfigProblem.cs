namespace LogFlow.Hosting;

/// <summary>One thing wrong with a configuration.</summary>
/// <param name="Key">The dotted key, relative to the section that was validated; empty for the whole.</param>
/// <param name="Message">What is wrong and what would be right, one sentence.</param>
public sealed record ConfigProblem(string Key, string Message);
