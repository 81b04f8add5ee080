using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// A long poll: completes when the partitions have grown by enough bytes, when one of them ended, or in time. Nothing
/// polls; the storage's writer calls after each sync, and each call looks at the one partition that grew, however many
/// the reader asks for.
/// </summary>
internal sealed class FetchWaiter : IDisposable
{
    private readonly bool _isReadCommitted;
    private readonly long _bytesWanted;
    private readonly Watch[] _watches;
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _grown;

    public FetchWaiter(FetchOperation fetch, long bytesWanted)
    {
        _isReadCommitted = fetch.IsReadCommitted;
        _bytesWanted = bytesWanted;
        _watches = new Watch[fetch.Items.Count];
        for (var i = 0; i < _watches.Length; i++)
        {
            _watches[i] = new Watch(this, fetch.Items[i]);
            fetch.Items[i].Log.AddListener(_watches[i]);
        }
    }

    public async ValueTask WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken closing)
    {
        // What came between the read and the listening, of which nobody tells.
        foreach (var watch in _watches)
        {
            watch.Look();
        }

        if (_bytesWanted <= 0 || _woken.Task.IsCompleted)
        {
            return;
        }

        // However it ends, what there is is the answer: nothing to throw twice a second for every idle consumer.
        await _woken.Task.WaitAsync(timeout, time, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        foreach (var watch in _watches)
        {
            watch.End();
        }
    }

    /// <summary>
    /// One partition. Its size stands in for the bytes that can be read: exact but for retention that runs meanwhile,
    /// and then the poll ends in time.
    /// </summary>
    private sealed class Watch(FetchWaiter waiter, FetchOperation.Item item) : IHighWatermarkListener
    {
        // As it was when the partition was read, so that no append between the read and now goes unnoticed.
        private readonly long _highWatermark = item.Data.HighWatermark;
        private readonly long _lastStableOffset = item.Data.LastStableOffset;
        private long _grown;

        public void OnHighWatermarkAdvanced(PartitionLog log)
        {
            if (log.IsDeleted || log.IsOffline)
            {
                waiter._woken.TrySetResult();
                return;
            }

            Look();
        }

        public void Look()
        {
            if (waiter._isReadCommitted)
            {
                // The end of a transaction shows all of it at once, however long ago it was written.
                if (item.Log.LastStableOffset > _lastStableOffset)
                {
                    waiter._woken.TrySetResult();
                }
            }
            else if (item.Log.HighWatermark > _highWatermark)
            {
                var grown = Math.Max(1, item.Log.SizeInBytes - item.SizeAtRead);
                if (Interlocked.Add(ref waiter._grown, grown - Interlocked.Exchange(ref _grown, grown))
                    >= waiter._bytesWanted)
                {
                    waiter._woken.TrySetResult();
                }
            }
        }

        public void End() => item.Log.RemoveListener(this);
    }
}
