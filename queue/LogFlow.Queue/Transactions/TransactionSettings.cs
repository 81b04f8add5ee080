namespace LogFlow.Queue;

/// <summary>The broker's limits and delays for transactions.</summary>
internal sealed record TransactionSettings
{
    /// <summary><c>transaction.max.timeout.ms</c>: the longest that a producer may ask for.</summary>
    public int MaxTimeoutMs { get; init; } = 900_000;

    /// <summary>
    /// <c>transaction.abort.timed.out.transaction.cleanup.interval.ms</c>: how often timeouts, and markers that could
    /// not be written, are looked after.
    /// </summary>
    public TimeSpan UpkeepInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>transactional.id.expiration.ms</c>: an id without a transaction for so long is forgotten.</summary>
    public TimeSpan IdExpiration { get; init; } = TimeSpan.FromDays(7);
}
