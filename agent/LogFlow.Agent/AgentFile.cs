namespace LogFlow.Agent;

/// <summary>One file that the agent follows.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Input">The id of its input.</param>
/// <param name="Length">Its length as last seen, in bytes.</param>
/// <param name="Acknowledged">Bytes of it that the queue has.</param>
/// <param name="IsOpen">Whether it is open now.</param>
/// <param name="IsIgnored">Whether it is left alone, as too old.</param>
public sealed record AgentFile(
    string Path, string Input, long Length, long Acknowledged, bool IsOpen, bool IsIgnored)
{
    /// <summary>Bytes that the queue does not have yet.</summary>
    public long Behind => IsIgnored ? 0 : Math.Max(0, Length - Acknowledged);
}
