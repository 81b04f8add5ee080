namespace LogFlow.Agent;

/// <summary>A registry's settings.</summary>
/// <param name="CheckpointBytes">The journal is folded into a snapshot beyond this size.</param>
/// <param name="FlushInterval">What is written without anybody waiting for it is synced after this time.</param>
internal sealed record RegistryOptions(long CheckpointBytes, TimeSpan FlushInterval);
