namespace LogFlow.Queue;

/// <summary>
/// Which way a group with members may change its protocol (Kafka <c>group.consumer.migration.policy</c>). An empty
/// group always may.
/// </summary>
[Flags]
internal enum MigrationPolicy
{
    Disabled = 0,

    /// <summary>A classic group becomes one of the new protocol when the first such member joins.</summary>
    Upgrade = 1,

    /// <summary>It becomes a classic one again when the last such member has left.</summary>
    Downgrade = 2,

    /// <summary>Matches Kafka's default.</summary>
    Bidirectional = Upgrade | Downgrade,
}
