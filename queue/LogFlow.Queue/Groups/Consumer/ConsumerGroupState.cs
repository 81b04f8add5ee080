namespace LogFlow.Queue;

/// <summary>
/// The states of a group of the new protocol (KIP-848); the names are those that ConsumerGroupDescribe and ListGroups
/// print.
/// </summary>
internal enum ConsumerGroupState
{
    /// <summary>No members; offsets may be left.</summary>
    Empty,

    /// <summary>Something changed; the next heartbeat computes a target assignment.</summary>
    Assigning,

    /// <summary>Members are on their way to the target assignment.</summary>
    Reconciling,

    /// <summary>Every member has what the target gives it.</summary>
    Stable,

    /// <summary>Deleted, or turned into a classic group.</summary>
    Dead,
}
