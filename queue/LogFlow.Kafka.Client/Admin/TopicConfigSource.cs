namespace LogFlow.Kafka.Client;

/// <summary>Where a setting's value comes from. The values are the wire's (DescribeConfigs).</summary>
public enum TopicConfigSource : sbyte
{
    Unknown = 0,

    /// <summary>Set on the topic itself.</summary>
    Topic = 1,

    /// <summary>Set on one broker while it runs.</summary>
    DynamicBroker = 2,

    /// <summary>Set on all brokers while they run.</summary>
    DynamicDefaultBroker = 3,

    /// <summary>In the broker's configuration file.</summary>
    StaticBroker = 4,

    /// <summary>What the broker takes where nobody says anything.</summary>
    Default = 5,
}
