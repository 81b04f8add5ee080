namespace LogFlow.Processor.Pipeline;

/// <summary>A trace goes no further; the message says which limit it is.</summary>
internal sealed class TraceLimitException(string message) : Exception(message);
