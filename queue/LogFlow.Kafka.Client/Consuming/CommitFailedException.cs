using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>
/// The group has given this member's partitions to others, so its offsets were not committed. What was processed since
/// the last commit will be processed again by the new owner.
/// </summary>
public sealed class CommitFailedException(ErrorCode code, string message) : KafkaException(code, message);
