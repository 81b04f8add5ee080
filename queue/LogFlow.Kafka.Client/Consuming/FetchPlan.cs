using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>What is to be done for one partition, and the state it was decided in.</summary>
internal sealed record FetchPlan(
    PartitionStream Stream, TopicPartition Partition, Guid TopicId, int Version, long Position);
