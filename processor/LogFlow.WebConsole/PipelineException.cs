namespace LogFlow.WebConsole;

/// <summary>A part of the pipeline does not do what the page asks for; the message says why.</summary>
public sealed class PipelineException(string message) : Exception(message);
