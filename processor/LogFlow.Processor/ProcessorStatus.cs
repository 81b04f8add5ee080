namespace LogFlow.Processor;

/// <summary>A snapshot of what the processor does, for status lines and pages.</summary>
/// <param name="RecordsIn">Records taken from the queue since the start.</param>
/// <param name="BytesIn">Their bytes.</param>
/// <param name="EventsOut">Events that all their outputs have taken.</param>
/// <param name="Dropped">Events dropped on purpose by filters.</param>
/// <param name="DeadLetters">Records dead-lettered.</param>
/// <param name="Lag">Records in the queue that were not taken yet; null while unknown.</param>
/// <param name="BytesInFlight">Bytes between input and outputs.</param>
/// <param name="Outputs">Each output.</param>
public sealed record ProcessorStatus(
    long RecordsIn,
    long BytesIn,
    long EventsOut,
    long Dropped,
    long DeadLetters,
    long? Lag,
    long BytesInFlight,
    IReadOnlyList<OutputStatus> Outputs)
{
    /// <summary>The last record that each plugin refused, the latest first.</summary>
    public IReadOnlyList<PluginError> PluginErrors { get; init; } = [];

    /// <summary>Records in the dead-letter topics, of earlier runs too; null while unknown.</summary>
    public long? DeadLettersInQueue { get; init; }

    /// <summary>Dead letters that the queue does not take and that wait in <c>path.data</c>.</summary>
    public long DeadLettersInFile { get; init; }

    /// <summary>What was taken from the queue, and what became of it.</summary>
    public ProcessorBooks Books { get; init; } = ProcessorBooks.Empty;

    /// <summary>What stands still although there is something to do, in one sentence; null: nothing does.</summary>
    public string? Stuck { get; init; }
}
