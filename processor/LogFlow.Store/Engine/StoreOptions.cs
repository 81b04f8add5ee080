namespace LogFlow.Store;

/// <summary>What the engine needs of the configuration.</summary>
internal sealed record StoreOptions
{
    public required string Directory { get; init; }

    public int RetentionDays { get; init; } = 30;

    public long RetentionBytes { get; init; }

    public long DiskFreeBytesMin { get; init; }

    public long SealBytes { get; init; } = 64 << 20;

    public TimeSpan SealInterval { get; init; } = TimeSpan.FromSeconds(5);

    public long MergeBytesMax { get; init; } = 256 << 20;

    public TimeSpan SearchTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Memory for the filters over ids that senders chose: some 10 million ids.</summary>
    public long IdFilterBytesMax { get; init; } = 64 << 20;

    /// <summary>How long a bulk request waits for room in the tail before it is refused with 429.</summary>
    public TimeSpan RoomTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a bulk request without positions waits for its documents to become durable.</summary>
    public TimeSpan DurableTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public static StoreOptions From(StoreConfig config) => new()
    {
        Directory = Path.GetFullPath(config.PathData),
        RetentionDays = config.RetentionDays,
        RetentionBytes = config.RetentionBytes.Bytes,
        DiskFreeBytesMin = config.DiskFreeMin.Bytes,
        SealBytes = config.SealBytes.Bytes,
        SealInterval = config.SealInterval,
        MergeBytesMax = config.MergeBytesMax.Bytes,
        SearchTimeout = config.SearchTimeout,
    };
}
