using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>What a member is told when its generation starts, or why it may not take part.</summary>
internal sealed record JoinGroupResult
{
    public const int NoGeneration = -1;

    public ErrorCode Error { get; init; }

    public required string MemberId { get; init; }

    public int Generation { get; init; } = NoGeneration;

    public string? ProtocolType { get; init; }

    public string? ProtocolName { get; init; }

    public string Leader { get; init; } = "";

    public bool SkipAssignment { get; init; }

    /// <summary>All members with their metadata, for the leader; empty for the others.</summary>
    public IReadOnlyList<JoinedMember> Members { get; init; } = [];

    public static JoinGroupResult Failed(ErrorCode error, string memberId) =>
        new() { Error = error, MemberId = memberId };
}
