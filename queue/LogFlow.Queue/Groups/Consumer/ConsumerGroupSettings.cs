namespace LogFlow.Queue;

/// <summary>The broker's limits and delays for groups of the new protocol (<c>group.consumer.*</c>).</summary>
internal sealed record ConsumerGroupSettings
{
    /// <summary>How often members are told to send a heartbeat.</summary>
    public int HeartbeatIntervalMs { get; init; } = 5_000;

    public int SessionTimeoutMs { get; init; } = 45_000;

    public int SizeMax { get; init; } = int.MaxValue;

    /// <summary>Which way a group with members may change its protocol.</summary>
    public MigrationPolicy MigrationPolicy { get; init; } = MigrationPolicy.Bidirectional;

    /// <summary>Names, the default first; not empty.</summary>
    public IReadOnlyList<string> Assignors { get; init; } = PartitionAssignors.Names;
}
