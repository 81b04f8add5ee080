namespace LogFlow.Processor.Pipeline;

/// <summary>An operation of mutate cannot be done with this value.</summary>
internal sealed class MutateException(string message) : Exception(message);
