using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>A member of a group, as its coordinator knows it.</summary>
public sealed record GroupMemberDescription(
    string MemberId,
    string? GroupInstanceId,
    string ClientId,
    string ClientHost,
    IReadOnlyList<TopicPartition> Assignment);
