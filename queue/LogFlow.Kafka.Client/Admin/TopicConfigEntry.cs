namespace LogFlow.Kafka.Client;

/// <summary>A setting that is in force.</summary>
/// <param name="Name">Kafka's key, such as <c>retention.ms</c>.</param>
/// <param name="Value">Null where it is secret.</param>
/// <param name="Source">Where the value comes from.</param>
public sealed record TopicConfigEntry(string Name, string? Value, TopicConfigSource Source);
