namespace LogFlow.Kafka.Client;

/// <summary>The brokers of a cluster.</summary>
/// <param name="ClusterId">Null where the broker does not tell.</param>
/// <param name="ControllerId">Node id of the controller, −1 where there is none.</param>
/// <param name="Brokers">Endpoints by node id.</param>
public sealed record ClusterDescription(
    string? ClusterId, int ControllerId, IReadOnlyDictionary<int, BrokerEndpoint> Brokers);
