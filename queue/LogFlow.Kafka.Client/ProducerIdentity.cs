namespace LogFlow.Kafka.Client;

/// <summary>What makes a producer's batches recognisable to the broker: its id and its epoch.</summary>
/// <param name="ProducerId">Given by the broker, never reused; −1 means not idempotent.</param>
/// <param name="Epoch">Raised when sequences start again from 0.</param>
public readonly record struct ProducerIdentity(long ProducerId, short Epoch)
{
    public static ProducerIdentity None => new(-1, -1);
}
