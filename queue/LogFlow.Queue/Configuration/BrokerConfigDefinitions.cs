using Kind = LogFlow.Queue.ConfigType;

namespace LogFlow.Queue;

/// <summary>Broker keys of Kafka's that consoles read and that have one possible value here.</summary>
internal static class BrokerConfigDefinitions
{
    public static IReadOnlyList<ConfigDefinition> Fixed { get; } =
    [
        new("default.replication.factor", Kind.Int, "1", "There is one node."),
        new("offsets.topic.replication.factor", Kind.Int, "1", "There is one node."),
        new("transaction.state.log.replication.factor", Kind.Int, "1", "There is one node."),
        new("unclean.leader.election.enable", Kind.Boolean, "false", "There is one node."),
        new("process.roles", Kind.List, "broker,controller", "One process is all of it."),
        new("security.inter.broker.protocol", Kind.String, "PLAINTEXT", "There is one node."),
        new("log.message.format.version", Kind.String, "3.0-IV1", "Record batch format 2."),

        new("group.coordinator.rebalance.protocols", Kind.List, "classic,consumer", "Both are always on."),

        // Consoles choose IncrementalAlterConfigs by it; without it they fall back to the legacy call.
        new("inter.broker.protocol.version", Kind.String, "4.1-IV1", "What clients may take this broker for."),
    ];
}
