namespace LogFlow.Queue.Storage;

/// <summary>A topic to be made.</summary>
/// <param name="Name">By Kafka's rules.</param>
/// <param name="PartitionCount">From 1.</param>
/// <param name="Overrides">Its own settings.</param>
public sealed record TopicCreation(string Name, int PartitionCount, IReadOnlyDictionary<string, string> Overrides);
