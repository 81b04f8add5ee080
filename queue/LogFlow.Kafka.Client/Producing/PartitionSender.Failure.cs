namespace LogFlow.Kafka.Client;

/// <content>What becomes of all batches when this side fails.</content>
public sealed partial class PartitionSender
{
    private static InvalidOperationException Failed(Exception failure) =>
        new($"Record batches cannot be sent any more: {failure.Message}", failure);

    private OutgoingBatch[] TakeUnfinished()
    {
        OutgoingBatch[] unfinished;
        lock (_gate)
        {
            unfinished = [.. _rotation.SelectMany(static lane => lane.TakeUnfinished())];
        }

        foreach (var batch in unfinished)
        {
            batch.Cancellation.Unregister();
        }

        return unfinished;
    }

    /// <summary>
    /// Work of this sender that fails in a way that nobody foresaw takes the sender with it: what is unfinished fails,
    /// instead of being waited for for ever.
    /// </summary>
    private async Task GuardAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        try
        {
            await work(stopping);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            await FailAsync(exception);
            throw;
        }
    }

    private async Task FailAsync(Exception exception)
    {
        lock (_gate)
        {
            _failure ??= exception;
        }

        Log.Failed(_logger, exception);

        // The memory of batches under way is in use until their connections have ended.
        await _client.CloseLaneAsync(_lane);
        foreach (var batch in TakeUnfinished())
        {
            batch.Fail(Failed(exception));
        }
    }

    private void Begin(string name, Func<CancellationToken, Task> work) =>
        _work.StartHere(name, stopping => GuardAsync(work, stopping));
}
