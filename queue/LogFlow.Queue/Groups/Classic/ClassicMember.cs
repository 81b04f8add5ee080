namespace LogFlow.Queue;

/// <summary>
/// One member of a <see cref="ClassicMembership"/>; only its group touches it, under the group's lock.
/// </summary>
internal sealed class ClassicMember
{
    private readonly List<MemberProtocol> _protocols = [];

    public required string MemberId { get; set; }

    public string? GroupInstanceId { get; init; }

    public required string ClientId { get; set; }

    public required string ClientHost { get; set; }

    public required int SessionTimeoutMs { get; set; }

    public required int RebalanceTimeoutMs { get; set; }

    public byte[] Assignment { get; set; } = [];

    /// <summary>
    /// Joined for the first time and not yet answered: such a member sends no heartbeats, so it is given up only
    /// after <see cref="ClassicMembership.NewMemberJoinTimeoutMs"/>.
    /// </summary>
    public bool IsNew { get; set; }

    /// <summary>Monotonic time at which the session ends unless the member is heard from, in milliseconds.</summary>
    public long SessionDeadlineMs { get; set; }

    public TaskCompletionSource<JoinGroupResult>? AwaitingJoin { get; set; }

    public TaskCompletionSource<SyncGroupResult>? AwaitingSync { get; set; }

    /// <summary>Whether SyncGroup of this generation has not come yet.</summary>
    public bool IsSyncPending { get; set; }

    public IReadOnlyList<MemberProtocol> Protocols => _protocols;

    /// <summary>A member that waits for the group's answer needs no heartbeat.</summary>
    public bool IsWaiting => AwaitingJoin is not null || AwaitingSync is not null;

    public bool IsStatic => GroupInstanceId is not null;

    public void SetProtocols(IReadOnlyList<MemberProtocol> protocols)
    {
        _protocols.Clear();
        _protocols.AddRange(protocols);
    }

    public bool HasProtocols(IReadOnlyList<MemberProtocol> protocols)
    {
        if (protocols.Count != _protocols.Count)
        {
            return false;
        }

        for (var i = 0; i < protocols.Count; i++)
        {
            if (protocols[i].Name != _protocols[i].Name
                || !protocols[i].Metadata.AsSpan().SequenceEqual(_protocols[i].Metadata))
            {
                return false;
            }
        }

        return true;
    }

    public bool Supports(string protocol)
    {
        foreach (var candidate in _protocols)
        {
            if (candidate.Name == protocol)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What the member said about itself for the chosen protocol.</summary>
    public byte[] MetadataFor(string protocol)
    {
        foreach (var candidate in _protocols)
        {
            if (candidate.Name == protocol)
            {
                return candidate.Metadata;
            }
        }

        return [];
    }
}
