namespace LogFlow.Queue;

/// <summary>A group of the new protocol at one moment: what is kept on disk, and what is described.</summary>
internal sealed record ConsumerGroupSnapshot
{
    public ConsumerGroupState State { get; init; }

    /// <summary>Rises when the members, their subscriptions or the topics change.</summary>
    public int GroupEpoch { get; init; }

    /// <summary>The group epoch that the target assignment was computed for.</summary>
    public int AssignmentEpoch { get; init; }

    /// <summary>What the members ask for now; not kept on disk.</summary>
    public string AssignorName { get; init; } = "";

    /// <summary>A digest of the subscribed topics that exist, their ids and sizes.</summary>
    public long TopicsHash { get; init; }

    /// <summary>Wall clock of the last change of membership, Unix milliseconds.</summary>
    public long ChangedMs { get; init; }

    public IReadOnlyList<ConsumerMember> Members { get; init; } = [];
}
