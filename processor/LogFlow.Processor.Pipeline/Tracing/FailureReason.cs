namespace LogFlow.Processor.Pipeline;

/// <summary>Why a filter could not handle an event.</summary>
/// <param name="Text">As a sentence.</param>
public sealed record FailureReason(string Text)
{
    /// <summary>The text that a pattern was looked for in; null: no pattern was.</summary>
    public string? Subject { get; init; }

    /// <summary>Where the part of <see cref="Subject"/> begins that the beginning of the pattern matched.</summary>
    public int Start { get; init; }

    /// <summary>Where it ends, from 0: what stands here is not what the pattern wants next.</summary>
    public int End { get; init; }

    /// <summary>What the pattern wants there.</summary>
    public string? Wanted { get; init; }
}
