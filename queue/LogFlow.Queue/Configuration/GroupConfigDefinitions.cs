using Kind = LogFlow.Queue.ConfigType;

namespace LogFlow.Queue;

/// <summary>
/// The configs of Apache Kafka 4.1 for groups of consumers (GroupConfig). There are no share groups and no streams
/// groups here, so their keys are unknown.
/// </summary>
internal static class GroupConfigDefinitions
{
    public static IReadOnlyList<ConfigDefinition> All { get; } =
    [
        new(
            GroupConfig.ConsumerHeartbeatIntervalMsKey,
            Kind.Int,
            "5000",
            "How often members of the new protocol are told to send a heartbeat.",
            "group.consumer.heartbeat.interval.ms"),
        new(
            GroupConfig.ConsumerSessionTimeoutMsKey,
            Kind.Int,
            "45000",
            "After which silence a member of the new protocol is removed.",
            "group.consumer.session.timeout.ms"),
    ];
}
