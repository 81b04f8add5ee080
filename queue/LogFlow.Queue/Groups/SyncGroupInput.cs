namespace LogFlow.Queue;

/// <summary>A SyncGroup request, freed of its wire version. Only the leader sends assignments.</summary>
internal sealed record SyncGroupInput
{
    public required string MemberId { get; init; }

    public string? GroupInstanceId { get; init; }

    public required int Generation { get; init; }

    /// <summary>SyncGroup 5+; null means: not checked.</summary>
    public string? ProtocolType { get; init; }

    public string? ProtocolName { get; init; }

    public IReadOnlyDictionary<string, byte[]> Assignments { get; init; } = new Dictionary<string, byte[]>();
}
