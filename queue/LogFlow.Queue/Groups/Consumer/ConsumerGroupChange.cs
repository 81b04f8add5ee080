namespace LogFlow.Queue;

/// <summary>What of a group must become durable together.</summary>
internal sealed record ConsumerGroupChange
{
    public required string GroupId { get; init; }

    /// <summary>The group itself (its members are not looked at); null: unchanged, or deleted.</summary>
    public ConsumerGroupSnapshot? Group { get; init; }

    public bool IsDeleted { get; init; }

    /// <summary>The classic group that takes the place of a deleted one.</summary>
    public GroupSnapshot? Successor { get; init; }

    /// <summary>Members as they are now; null: gone.</summary>
    public IReadOnlyList<KeyValuePair<string, ConsumerMember?>> Members { get; init; } = [];

    /// <summary>The members that this is about.</summary>
    public IReadOnlyCollection<string> MemberIds => [.. Members.Select(member => member.Key)];

    /// <summary>The bytes of what members subscribe to and are assigned: by far the most of what is kept.</summary>
    public long ContentBytes =>
        Members.Sum(member => member.Value?.ContentBytes ?? 0) + (Successor?.ContentBytes ?? 0);
}
