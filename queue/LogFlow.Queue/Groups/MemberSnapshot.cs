namespace LogFlow.Queue;

/// <summary>One member of a <see cref="GroupSnapshot"/>.</summary>
internal sealed record MemberSnapshot
{
    public required string MemberId { get; init; }

    public string? GroupInstanceId { get; init; }

    public required string ClientId { get; init; }

    public required string ClientHost { get; init; }

    public int SessionTimeoutMs { get; init; }

    public int RebalanceTimeoutMs { get; init; }

    /// <summary>All protocols when the snapshot is kept on disk; the chosen one's metadata is what is shown.</summary>
    public IReadOnlyList<MemberProtocol> Protocols { get; init; } = [];

    public byte[] Assignment { get; init; } = [];

    /// <summary>The bytes of what it said and was assigned.</summary>
    public long ContentBytes =>
        Assignment.Length + Protocols.Sum(protocol => (long)protocol.Metadata.Length + protocol.Name.Length);

    public byte[] MetadataFor(string? protocol)
    {
        foreach (var candidate in Protocols)
        {
            if (candidate.Name == protocol)
            {
                return candidate.Metadata;
            }
        }

        return [];
    }
}
