namespace LogFlow.Kafka.Client;

/// <summary>A group by name.</summary>
/// <param name="GroupId">Its name.</param>
/// <param name="ProtocolType"><c>consumer</c> for consumer groups.</param>
/// <param name="State"><c>Stable</c>, <c>Empty</c> ...; empty where the broker is older than Kafka 2.6.</param>
/// <param name="Type"><c>classic</c>, <c>consumer</c> (KIP-848) ...</param>
public sealed record ListedGroup(string GroupId, string ProtocolType, string State, string Type = "classic");
