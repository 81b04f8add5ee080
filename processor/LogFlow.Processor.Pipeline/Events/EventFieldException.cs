namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A field cannot be set in this event, for instance below a number. The event goes to the dead letters with this text.
/// </summary>
public sealed class EventFieldException(string message) : Exception(message);
