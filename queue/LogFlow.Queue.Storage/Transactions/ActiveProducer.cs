namespace LogFlow.Queue.Storage;

/// <summary>What a partition knows of a producer, as DescribeProducers shows it.</summary>
/// <param name="ProducerId">Its id.</param>
/// <param name="ProducerEpoch">Its epoch.</param>
/// <param name="LastSequence">Sequence of its last record; -1: none in this epoch.</param>
/// <param name="LastTimestampMs">When it last appended, by the queue's clock, Unix milliseconds.</param>
/// <param name="CoordinatorEpoch">Of the coordinator that last ended a transaction of its; -1: none did.</param>
/// <param name="TransactionStartOffset">Where its open transaction begins; -1: none is open.</param>
public sealed record ActiveProducer(
    long ProducerId,
    short ProducerEpoch,
    int LastSequence,
    long LastTimestampMs,
    int CoordinatorEpoch,
    long TransactionStartOffset);
