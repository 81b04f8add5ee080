using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>What became of a topic's creation.</summary>
/// <param name="Error">None, or why not.</param>
/// <param name="TopicId">Empty where the broker has no topic ids, or on error.</param>
/// <param name="Message">The broker's words, if any.</param>
public readonly record struct CreatedTopic(ErrorCode Error, Guid TopicId, string? Message);
