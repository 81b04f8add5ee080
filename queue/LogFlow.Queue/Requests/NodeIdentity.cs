namespace LogFlow.Queue;

/// <summary>How this one-node cluster presents itself to clients. Its address depends on the listener.</summary>
internal sealed record NodeIdentity(int NodeId, string ClusterId);
