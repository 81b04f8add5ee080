using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// A long poll: completes when the partitions have grown by enough bytes, when one of them ended, or in time. Nothing
/// polls; the storage's writer calls after each sync.
/// </summary>
internal sealed class FetchWaiter : IHighWatermarkListener, IDisposable
{
    private readonly FetchOperation _fetch;
    private readonly long _bytesWanted;
    private readonly long[] _highWatermarks;
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FetchWaiter(FetchOperation fetch, long bytesWanted)
    {
        _fetch = fetch;
        _bytesWanted = bytesWanted;
        _highWatermarks = new long[fetch.Items.Count];
        for (var i = 0; i < _highWatermarks.Length; i++)
        {
            // As it was when the partition was read, so that no append between the read and now goes unnoticed.
            _highWatermarks[i] = fetch.Items[i].Data.HighWatermark;
            fetch.Items[i].Log.AddListener(this);
        }
    }

    public async ValueTask WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken closing)
    {
        if (HasEnough())
        {
            return;
        }

        // However it ends, what there is is the answer: nothing to throw twice a second for every idle consumer.
        await _woken.Task.WaitAsync(timeout, time, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void OnHighWatermarkAdvanced(PartitionLog log)
    {
        if (log.IsDeleted || log.IsOffline || HasEnough())
        {
            _woken.TrySetResult();
        }
    }

    public void Dispose()
    {
        foreach (var item in _fetch.Items)
        {
            item.Log.RemoveListener(this);
        }
    }

    /// <summary>
    /// Sizes stand in for the bytes that can be read: exact but for retention that runs meanwhile, and then the poll
    /// ends in time.
    /// </summary>
    private bool HasEnough()
    {
        var grown = 0L;
        var items = _fetch.Items;
        for (var i = 0; i < items.Count; i++)
        {
            if (_fetch.IsReadCommitted)
            {
                // The end of a transaction shows all of it at once, however long ago it was written.
                if (items[i].Log.LastStableOffset > items[i].Data.LastStableOffset)
                {
                    return true;
                }
            }
            else if (items[i].Log.HighWatermark > _highWatermarks[i])
            {
                grown += Math.Max(1, items[i].Log.SizeInBytes - items[i].SizeAtRead);
            }
        }

        return grown >= _bytesWanted;
    }
}
