namespace LogFlow.Processor.Pipeline;

/// <summary>How far a trace goes: a text that somebody tries must not use up the host.</summary>
public sealed record TraceLimits
{
    /// <summary>Steps of all events together.</summary>
    public int Steps { get; init; } = 5000;

    /// <summary>Events, those that filters make included.</summary>
    public int Events { get; init; } = 100;

    /// <summary>Characters of an event as JSON.</summary>
    public int EventLength { get; init; } = 256 * 1024;

    /// <summary>Characters that one statement may make of an event at most, reckoned before it runs.</summary>
    public long GrownLength { get; init; } = 64L * 1024 * 1024;

    /// <summary>How long all of it may take.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);
}
