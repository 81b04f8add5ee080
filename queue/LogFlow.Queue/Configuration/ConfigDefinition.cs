namespace LogFlow.Queue;

/// <summary>A configuration key of Kafka's.</summary>
/// <param name="Name">The key.</param>
/// <param name="Type">What its value is.</param>
/// <param name="Default">Kafka's default, as text.</param>
/// <param name="Documentation">What it does here, in a sentence.</param>
/// <param name="BrokerKey">For topic keys: the broker's key that gives the default; null where there is none.</param>
internal sealed record ConfigDefinition(
    string Name, ConfigType Type, string Default, string Documentation, string? BrokerKey = null);
