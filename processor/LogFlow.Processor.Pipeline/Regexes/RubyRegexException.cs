namespace LogFlow.Processor.Pipeline;

/// <summary>A pattern is wrong, or uses what cannot be translated; the message says what.</summary>
internal sealed class RubyRegexException(string message, Exception? cause = null) : Exception(message, cause);
