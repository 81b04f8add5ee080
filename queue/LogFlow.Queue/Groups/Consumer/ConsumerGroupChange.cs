namespace LogFlow.Queue.Groups.Consumer;

/// <summary>What of a group must become durable together.</summary>
internal sealed record ConsumerGroupChange
{
    public required string GroupId { get; init; }

    /// <summary>The group itself (its members are not looked at); null: unchanged, or deleted.</summary>
    public ConsumerGroupSnapshot? Group { get; init; }

    public bool IsDeleted { get; init; }

    /// <summary>Members as they are now; null: gone.</summary>
    public IReadOnlyList<KeyValuePair<string, ConsumerGroupMember?>> Members { get; init; } = [];
}
