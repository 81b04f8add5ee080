namespace LogFlow.Agent;

/// <summary>An idempotent producer's identity, given by the queue.</summary>
internal readonly record struct ProducerId(long Id, short Epoch);
