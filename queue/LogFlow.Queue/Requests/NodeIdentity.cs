namespace LogFlow.Queue;

/// <summary>How this one-node cluster presents itself to clients.</summary>
internal sealed record NodeIdentity(int NodeId, string ClusterId, string Host, int Port);
