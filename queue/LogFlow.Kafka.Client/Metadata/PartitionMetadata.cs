using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>One partition as the cluster describes it.</summary>
/// <param name="Index">Partition number, from 0.</param>
/// <param name="LeaderId">Node id of the leader, −1 while there is none.</param>
/// <param name="LeaderEpoch">Raised with each new leader; −1 where the broker does not tell.</param>
/// <param name="Error">Why the partition cannot be used now, or none.</param>
public readonly record struct PartitionMetadata(int Index, int LeaderId, int LeaderEpoch, ErrorCode Error);
