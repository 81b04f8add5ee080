namespace LogFlow.Processor.Elasticsearch;

/// <summary>A step of the setup failed; the message names server, object, status, the server's reason and the remedy.
/// </summary>
public sealed class SetupException(string message) : Exception(message);
