namespace LogFlow.Processor.Pipeline;

/// <summary>A compiled grok pattern.</summary>
/// <param name="Text">The pattern as written.</param>
/// <param name="Regex">What it means.</param>
/// <param name="Captures">The fields, in the order of the pattern.</param>
internal sealed record GrokPattern(string Text, TieredRegex Regex, GrokCapture[] Captures)
{
    /// <summary>The same as steps over the text; null where only the regex can do it.</summary>
    public MatchProgram? Program { get; init; }

    /// <summary>Why there is no program.</summary>
    public string? Problem { get; init; }

    /// <summary>What stands in every text that matches; may be empty.</summary>
    public string RequiredText { get; init; } = string.Empty;
}
