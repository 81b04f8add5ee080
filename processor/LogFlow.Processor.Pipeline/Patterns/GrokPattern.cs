namespace LogFlow.Processor.Pipeline;

/// <summary>A compiled grok pattern.</summary>
/// <param name="Text">The pattern as written.</param>
/// <param name="Regex">What it means.</param>
/// <param name="Captures">The fields, in the order of the pattern.</param>
internal sealed record GrokPattern(string Text, TieredRegex Regex, GrokCapture[] Captures);
