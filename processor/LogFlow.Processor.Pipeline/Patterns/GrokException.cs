namespace LogFlow.Processor.Pipeline;

/// <summary>A grok pattern is wrong; the message says how, the remedy what to do.</summary>
internal sealed class GrokException(string message, string? remedy = null) : Exception(message)
{
    public string? Remedy { get; } = remedy;
}
