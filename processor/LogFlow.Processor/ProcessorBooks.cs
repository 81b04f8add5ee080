namespace LogFlow.Processor;

/// <summary>
/// The books of the processor since its start: what was taken from the queue against what became of it. Batches are
/// entered when they are done, so what is under way is in <see cref="InFlight"/> alone.
/// </summary>
/// <param name="Records">Records of the queue that are done with.</param>
/// <param name="Made">Events beyond one a record: codecs that find several, split, clone.</param>
/// <param name="Written">Events that went to at least one output.</param>
/// <param name="Dropped">Events that filters dropped on purpose, and records that make no event.</param>
/// <param name="Unrouted">Events that no output wants.</param>
/// <param name="Refused">Dead letters of decoding and filters.</param>
/// <param name="RefusedByOutputs">Dead letters of outputs; with one output, <see cref="Written"/> has them.</param>
/// <param name="InFlight">Records that were taken and are not done.</param>
public sealed record ProcessorBooks(
    long Records, long Made, long Written, long Dropped, long Unrouted, long Refused, long RefusedByOutputs,
    long InFlight)
{
    /// <summary>Nothing yet.</summary>
    public static ProcessorBooks Empty { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>What came in and is accounted for nowhere: anything but 0 is a fault of ours.</summary>
    public long Difference => Records + Made - Written - Dropped - Unrouted - Refused;
}
