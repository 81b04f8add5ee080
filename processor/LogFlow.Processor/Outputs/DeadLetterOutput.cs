using LogFlow.Processor.DeadLetters;
using LogFlow.Processor.Execution;

namespace LogFlow.Processor.Outputs;

/// <summary>Takes the records that could not be decoded or filtered to the dead letters, like an output.</summary>
internal sealed class DeadLetterOutput(int index, int batchesMax, IDeadLetterSink sink)
    : Output(index, "dead letters", laneCount: 1, keepsOrder: true, batchesMax)
{
    public override OutputPart CreatePart(int recordCount) =>
        throw new InvalidOperationException("dead letters are records, not events");

    public override void Encode(EventView item, in EventContext context, OutputPart part) =>
        throw new InvalidOperationException("dead letters are records, not events");

    protected override async Task WriteAsync(List<InFlightBatch> batches, CancellationToken cancellationToken)
    {
        foreach (var batch in batches)
        {
            await sink.SendAsync(batch.DeadLetters!, cancellationToken);
            batch.OutputDone();
        }
    }
}
