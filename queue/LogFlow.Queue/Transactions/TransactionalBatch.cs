using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>A batch that a producer wants to have in its transaction.</summary>
internal readonly record struct TransactionalBatch(
    long ProducerId, short ProducerEpoch, CheckedBatch Batch)
{
    public PartitionLog Log => Batch.Log;

    public TopicPartition Partition => new(Log.Topic.Name, Log.Partition);
}
