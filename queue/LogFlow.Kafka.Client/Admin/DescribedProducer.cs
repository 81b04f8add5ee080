namespace LogFlow.Kafka.Client;

/// <summary>What a partition's leader remembers of an idempotent producer.</summary>
/// <param name="Identity">Its id and the last epoch it wrote with.</param>
/// <param name="LastSequence">Of the last record in the log; −1: none in this epoch.</param>
/// <param name="LastTimestampMs">When it last wrote, in ms since the Unix epoch.</param>
/// <param name="TransactionStartOffset">Where its open transaction begins; −1: it has none.</param>
public sealed record DescribedProducer(
    ProducerIdentity Identity, int LastSequence, long LastTimestampMs, long TransactionStartOffset);
