namespace LogFlow.Queue;

/// <summary>What a member of a group of the new protocol said that speaks the classic one itself.</summary>
/// <param name="SessionTimeoutMs">After which silence it is given up; its own, where others have the group's.</param>
/// <param name="Protocols">The assignors that it supports, each with its subscription; at least one.</param>
internal sealed record ClassicMemberMetadata(int SessionTimeoutMs, IReadOnlyList<MemberProtocol> Protocols)
{
    /// <summary>The protocol that it is told the group uses.</summary>
    public string ProtocolName => Protocols[0].Name;

    public bool Supports(string protocol)
    {
        foreach (var supported in Protocols)
        {
            if (supported.Name == protocol)
            {
                return true;
            }
        }

        return false;
    }

    public bool Equals(ClassicMemberMetadata? other)
    {
        if (other is null || SessionTimeoutMs != other.SessionTimeoutMs || Protocols.Count != other.Protocols.Count)
        {
            return false;
        }

        for (var i = 0; i < Protocols.Count; i++)
        {
            if (Protocols[i].Name != other.Protocols[i].Name
                || !Protocols[i].Metadata.AsSpan().SequenceEqual(other.Protocols[i].Metadata))
            {
                return false;
            }
        }

        return true;
    }

    public override int GetHashCode() => HashCode.Combine(SessionTimeoutMs, Protocols.Count, ProtocolName);
}
