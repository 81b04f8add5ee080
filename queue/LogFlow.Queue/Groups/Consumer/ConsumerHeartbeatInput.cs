namespace LogFlow.Queue;

/// <summary>
/// A ConsumerGroupHeartbeat request, freed of its wire version. A null field has not changed since the last one.
/// </summary>
internal sealed record ConsumerHeartbeatInput
{
    /// <summary>The epoch of a member that joins, or joins again after it was fenced.</summary>
    public const int JoinEpoch = 0;

    /// <summary>A member says good-bye.</summary>
    public const int LeaveEpoch = -1;

    /// <summary>A static member stops and will be back: its partitions are kept for it.</summary>
    public const int LeaveStaticEpoch = -2;

    /// <summary>Empty in version 0 when the member joins for the first time.</summary>
    public required string MemberId { get; init; }

    public required int MemberEpoch { get; init; }

    public string? InstanceId { get; init; }

    public string? RackId { get; init; }

    public required string ClientId { get; init; }

    public required string ClientHost { get; init; }

    public int RebalanceTimeoutMs { get; init; } = -1;

    public IReadOnlyList<string>? SubscribedTopics { get; init; }

    /// <summary>Null: unchanged; empty: none any more.</summary>
    public string? SubscribedRegex { get; init; }

    public string? ServerAssignor { get; init; }

    /// <summary>What the member owns now.</summary>
    public PartitionAssignment? Owned { get; init; }

    public bool IsJoining => MemberEpoch == JoinEpoch;

    /// <summary>Everything is said, as after a lost answer: then the assignment is repeated.</summary>
    public bool IsFull => MemberEpoch == JoinEpoch
        || (RebalanceTimeoutMs != -1 && (SubscribedTopics is not null || SubscribedRegex is not null)
            && Owned is not null);
}
