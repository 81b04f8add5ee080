namespace LogFlow.Queue;

/// <summary>A JoinGroup request, freed of its wire version: the frame it came in may be reused.</summary>
internal sealed record JoinGroupInput
{
    /// <summary>Empty when the member joins for the first time.</summary>
    public required string MemberId { get; init; }

    public string? GroupInstanceId { get; init; }

    public required string ClientId { get; init; }

    public required string ClientHost { get; init; }

    public required int SessionTimeoutMs { get; init; }

    public required int RebalanceTimeoutMs { get; init; }

    public required string ProtocolType { get; init; }

    /// <summary>In the member's order of preference.</summary>
    public required IReadOnlyList<MemberProtocol> Protocols { get; init; }

    /// <summary>KIP-394 (JoinGroup 4+): a dynamic member must come back with the id that it is given first.</summary>
    public bool RequiresKnownMemberId { get; init; }

    /// <summary>JoinGroup 9+: a returning static leader may be told to keep the assignment.</summary>
    public bool SupportsSkippingAssignment { get; init; }
}
