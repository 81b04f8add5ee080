namespace LogFlow.Queue;

/// <summary>
/// One member of a <see cref="ConsumerMembership"/>: what it asked for, what it is to have and what it has. Immutable;
/// the group replaces it whole, so what is being written to disk cannot change meanwhile.
/// </summary>
internal sealed record ConsumerMember
{
    public required string MemberId { get; init; }

    public string? InstanceId { get; init; }

    public string? RackId { get; init; }

    public string ClientId { get; init; } = "";

    public string ClientHost { get; init; } = "";

    /// <summary>How long the member may take to give partitions up before it is removed.</summary>
    public int RebalanceTimeoutMs { get; init; } = -1;

    /// <summary>Sorted, each name once.</summary>
    public IReadOnlyList<string> SubscribedTopics { get; init; } = [];

    /// <summary>A pattern over whole topic names, in addition to the names; null or empty: none.</summary>
    public string? SubscribedRegex { get; init; }

    /// <summary>The assignor that the member would like; null: the group's default.</summary>
    public string? ServerAssignor { get; init; }

    /// <summary>What it said by the classic protocol; null: it speaks the new one.</summary>
    public ClassicMemberMetadata? Classic { get; init; }

    public MemberState State { get; init; }

    /// <summary>The target's epoch that it has reached; 0 while it joins, -2: static, and will be back.</summary>
    public int MemberEpoch { get; init; }

    /// <summary>The epoch before: its answer may have been lost, so the member may still speak with it.</summary>
    public int PreviousMemberEpoch { get; init; }

    /// <summary>Partitions that the member may read.</summary>
    public PartitionAssignment Assigned { get; init; } = PartitionAssignment.Empty;

    /// <summary>Partitions that it was told to give up; nobody else gets them before it has.</summary>
    public PartitionAssignment PendingRevocation { get; init; } = PartitionAssignment.Empty;

    /// <summary>What the group's target assignment gives it.</summary>
    public PartitionAssignment Target { get; init; } = PartitionAssignment.Empty;

    public bool HasSubscriptionOf(ConsumerMember other) =>
        (SubscribedRegex ?? "") == (other.SubscribedRegex ?? "")
        && SubscribedTopics.SequenceEqual(other.SubscribedTopics);

    /// <summary>The bytes of its subscription and assignments.</summary>
    public long ContentBytes => SubscribedTopics.Sum(topic => (long)topic.Length)
        + (Classic?.Protocols.Sum(protocol => (long)protocol.Metadata.Length + protocol.Name.Length) ?? 0)
        + (sizeof(int) * ((long)Assigned.Count + PendingRevocation.Count + Target.Count));
}
