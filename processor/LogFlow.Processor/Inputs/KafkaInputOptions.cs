namespace LogFlow.Processor;

/// <summary>Timings of an input.</summary>
internal sealed record KafkaInputOptions
{
    /// <summary>
    /// How often offsets are committed. Logstash's <c>auto_commit_interval_ms</c> is 5 s; ours is 1 s, as what was not
    /// committed is sent again after a crash.
    /// </summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long one commit may take: a stop must not wait for a queue that is away, nor a revocation for a commit that
    /// waits for the rebalance to end.
    /// </summary>
    public TimeSpan CommitTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop waits for what is in flight.</summary>
    public TimeSpan StopDrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the lag is measured.</summary>
    public TimeSpan LagInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a partition with lag may stand still before health says so: longer than the slowest pattern of a filter
    /// (30 s) takes.
    /// </summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a revocation waits for what is in flight.</summary>
    public TimeSpan RevokeDrainTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
