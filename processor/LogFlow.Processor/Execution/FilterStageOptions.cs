namespace LogFlow.Processor;

/// <summary>Sizes of the filter stage.</summary>
/// <param name="Workers">Threads that filter.</param>
/// <param name="EventsMax">Events that one worker takes at once.</param>
/// <param name="BytesMax">Bytes in flight.</param>
internal sealed record FilterStageOptions(int Workers, int EventsMax, long BytesMax);
