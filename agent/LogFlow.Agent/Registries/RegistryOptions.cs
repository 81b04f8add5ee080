namespace LogFlow.Agent;

/// <summary>A registry's settings.</summary>
/// <param name="CheckpointBytes">The journal is folded into a snapshot beyond this size.</param>
/// <param name="FlushInterval">What is written without anybody waiting for it is synced after this time.</param>
internal sealed record RegistryOptions(long CheckpointBytes, TimeSpan FlushInterval)
{
    /// <summary>The agent's id, where the registry is new; null: it makes one.</summary>
    public Guid? NewAgentId { get; init; }
}
