namespace LogFlow.Processor.Pipeline;

/// <summary>What became of a test vector.</summary>
public enum VectorOutcome
{
    /// <summary>The pipeline did what the vector says.</summary>
    Passed,

    /// <summary>It did not; the message says how it differs.</summary>
    Failed,

    /// <summary>The vector says itself that it needs what is not on this machine; the message names it.</summary>
    Skipped,

    /// <summary>Its pipeline uses a plugin or option that LogFlow does not have; the message names it.</summary>
    Unsupported,
}
