namespace LogFlow.Queue;

/// <summary>The broker's limits and delays for groups, in the units of server.properties.</summary>
internal sealed record GroupSettings
{
    public int MinSessionTimeoutMs { get; init; } = 6_000;

    public int MaxSessionTimeoutMs { get; init; } = 1_800_000;

    public int InitialRebalanceDelayMs { get; init; } = 100;

    public int SizeMax { get; init; } = int.MaxValue;

    public int OffsetMetadataBytesMax { get; init; } = 4096;

    public ConsumerGroupSettings Consumer { get; init; } = new();

    public TimeSpan OffsetsRetention { get; init; } = TimeSpan.FromDays(7);
}
