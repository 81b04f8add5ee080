namespace LogFlow.Queue;

/// <summary>
/// One assignor that a member supports, with what it tells the leader (its subscription). The broker never reads
/// <paramref name="Metadata"/>, it hands it on.
/// </summary>
internal readonly record struct MemberProtocol(string Name, byte[] Metadata);
