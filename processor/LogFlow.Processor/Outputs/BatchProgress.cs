using LogFlow.Processor.Execution;

namespace LogFlow.Processor.Outputs;

/// <summary>
/// One batch in one output, whose documents end in several places: written by the lane, dead letters under way, parked
/// apart. The batch is done when all of them are. Any thread.
/// </summary>
internal sealed class BatchProgress(InFlightBatch batch)
{
    private int _left = 1;

    public InFlightBatch Batch => batch;

    /// <summary>Something more of the batch ends later.</summary>
    public void Expect() => Interlocked.Increment(ref _left);

    /// <summary>Something of the batch has ended.</summary>
    public void Done()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            batch.OutputDone();
        }
    }
}
