using System.Collections.Frozen;

namespace LogFlow.Kafka.Client;

/// <summary>The cluster as the last metadata responses described it; replaced whole.</summary>
internal sealed record ClusterSnapshot(
    string? ClusterId,
    int ControllerId,
    FrozenDictionary<int, BrokerEndpoint> Brokers,
    FrozenDictionary<string, TopicMetadata> Topics)
{
    public static ClusterSnapshot Empty { get; } = new(
        null, -1, FrozenDictionary<int, BrokerEndpoint>.Empty, FrozenDictionary<string, TopicMetadata>.Empty);

    public ClusterSnapshot WithoutTopic(string topic) =>
        this with { Topics = Topics.Where(pair => pair.Key != topic).ToFrozenDictionary() };
}
