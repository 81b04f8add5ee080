using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>What became of a change.</summary>
/// <param name="Error">None, or why not.</param>
/// <param name="Message">The broker's words, if any.</param>
public readonly record struct AlterResult(ErrorCode Error, string? Message);
