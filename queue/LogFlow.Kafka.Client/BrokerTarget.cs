using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>Which broker a request is for; resolved through metadata at the moment it is sent.</summary>
public readonly record struct BrokerTarget
{
    internal enum TargetKind
    {
        Any,
        Controller,
        Broker,
        Leader,
        GroupCoordinator,
    }

    internal TargetKind Kind { get; private init; }

    internal int BrokerId { get; private init; }

    internal TopicPartition Partition { get; private init; }

    internal string? GroupId { get; private init; }

    /// <summary>
    /// Requests of different lanes never wait for each other: each lane is a connection of its own. A broker answers
    /// one connection's requests in order, so a long poll would hold up everything sent behind it.
    /// </summary>
    internal int Lane { get; init; }

    /// <summary>Any broker that answers.</summary>
    public static BrokerTarget Any => new() { Kind = TargetKind.Any };

    /// <summary>The broker that takes changes to topics.</summary>
    public static BrokerTarget Controller => new() { Kind = TargetKind.Controller };

    /// <summary>The broker with this node id.</summary>
    public static BrokerTarget Broker(int brokerId) => new() { Kind = TargetKind.Broker, BrokerId = brokerId };

    /// <summary>The broker that leads this partition.</summary>
    public static BrokerTarget LeaderOf(TopicPartition partition) =>
        new() { Kind = TargetKind.Leader, Partition = partition };

    /// <summary>The broker that keeps this consumer group.</summary>
    public static BrokerTarget CoordinatorOf(string groupId) =>
        new() { Kind = TargetKind.GroupCoordinator, GroupId = groupId };
}
