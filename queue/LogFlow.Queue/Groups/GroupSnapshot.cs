namespace LogFlow.Queue;

/// <summary>A group between two rebalances: what is kept on disk and what DescribeGroups shows.</summary>
internal sealed record GroupSnapshot
{
    public required string GroupId { get; init; }

    public GroupState State { get; init; }

    public int Generation { get; init; }

    public string? ProtocolType { get; init; }

    public string? ProtocolName { get; init; }

    public string? Leader { get; init; }

    /// <summary>Wall clock of the last change of state, Unix milliseconds; offsets expire counted from it.</summary>
    public long StateChangedMs { get; init; }

    public IReadOnlyList<MemberSnapshot> Members { get; init; } = [];

    /// <summary>The bytes of all that members said and were assigned: by far the most of what is kept.</summary>
    public long ContentBytes => Members.Sum(member => member.ContentBytes);
}
