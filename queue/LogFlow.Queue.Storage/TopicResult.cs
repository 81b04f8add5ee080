using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>What became of a change to a topic.</summary>
/// <param name="Error">None where it is durable.</param>
/// <param name="Message">The reason of an error, for people.</param>
/// <param name="Topic">The topic, where there is one.</param>
public readonly record struct TopicResult(ErrorCode Error, string? Message, Topic? Topic);
