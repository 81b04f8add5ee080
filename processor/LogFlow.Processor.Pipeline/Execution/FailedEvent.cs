namespace LogFlow.Processor.Pipeline;

/// <summary>An event that could not be processed: for the dead-letter topic.</summary>
/// <param name="Event">The event, as far as it got.</param>
/// <param name="PluginId">The filter's id, or the place of the condition.</param>
/// <param name="Reason">Why, as a sentence.</param>
public sealed record FailedEvent(Event Event, string PluginId, string Reason);
