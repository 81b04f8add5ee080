using System.Text;
using LogFlow.Processor.Elasticsearch;

namespace LogFlow.Processor;

/// <summary>
/// Documents that the server refuses until an operator acts: their index is missing, blocked or forbidden. They wait
/// here, apart, so that the lanes go on with the others; their batches stay open, so nothing of them is committed. What
/// waits is bounded: when there is no more room, the lanes wait for it. Any thread.
/// </summary>
/// <param name="bytesMax">How many bytes of batches may be kept open at most.</param>
internal sealed class ParkedDocuments(long bytesMax)
{
    /// <summary>Open batches at most: the input's own limit is a few hundred for all outputs together.</summary>
    private const int BatchesMax = 64;

    /// <summary>How many batches may go past while some are parked: their partitions remember each of them.</summary>
    private const int PassedMax = 50_000;

    /// <summary>Guards everything below.</summary>
    private readonly Lock _lock = new();

    private readonly List<(BulkItemRef Item, InFlightBatch Batch)> _waiting = [];
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly Dictionary<InFlightBatch, int> _batches = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;
    private long _passed;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Whether documents of this one's index wait here: where order counts, it has to wait behind
    /// them.</summary>
    public bool HasIndexOf(BulkItemRef item)
    {
        lock (_lock)
        {
            return _indices.Count > 0 && _indices.ContainsKey(KeyOf(item));
        }
    }

    /// <summary>Takes a document over; its batch stays open for it.</summary>
    public void Add(BulkItemRef item, InFlightBatch batch)
    {
        batch.ExpectMore();
        TaskCompletionSource changed;
        lock (_lock)
        {
            _waiting.Add((item, batch));
            CountBy(_indices, KeyOf(item), +1);
            if (CountBy(_batches, batch, +1) == 1)
            {
                _bytes += batch.SizeInBytes;
            }

            changed = Changed();
        }

        changed.TrySetResult();
    }

    /// <summary>
    /// What waits, in its order, and what nobody wants any more, as its partition went elsewhere. All of it stays here
    /// until <see cref="Remove"/>.
    /// </summary>
    public (BulkDelivery Wanted, BulkDelivery Unwanted) Snapshot()
    {
        var (wanted, unwanted) = (new BulkDelivery(), new BulkDelivery());
        lock (_lock)
        {
            foreach (var (item, batch) in _waiting)
            {
                (batch.Window.IsClosed ? unwanted : wanted).Add(item, batch);
            }
        }

        return (wanted, unwanted);
    }

    /// <summary>These are dealt with: their batches may be done now.</summary>
    public void Remove(BulkDelivery done)
    {
        var items = done.Items().ToHashSet();
        TaskCompletionSource changed;
        lock (_lock)
        {
            foreach (var (item, batch) in _waiting)
            {
                if (items.Contains(item))
                {
                    CountBy(_indices, KeyOf(item), -1);
                    _bytes -= CountBy(_batches, batch, -1) == 0 ? batch.SizeInBytes : 0;
                }
            }

            _waiting.RemoveAll(document => items.Contains(document.Item));
            _passed = _waiting.Count == 0 ? 0 : _passed;
            changed = Changed();
        }

        changed.TrySetResult();
        for (var index = 0; index < done.Count; index++)
        {
            done.BatchAt(index).OutputDone();
        }
    }

    /// <summary>Returns when something waits.</summary>
    public Task WaitForSomeAsync(CancellationToken cancellationToken) =>
        WaitUntilAsync(() => _waiting.Count > 0, cancellationToken);

    /// <summary>A lane is about to write batches: returns at once, or when there is room for what they may leave here.
    /// </summary>
    public Task WaitForRoomAsync(int batches, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _passed += _waiting.Count == 0 ? 0 : batches;
        }

        return WaitUntilAsync(
            () => _waiting.Count == 0
                || (_batches.Count < BatchesMax && _bytes < bytesMax && _passed < PassedMax),
            cancellationToken);
    }

    private async Task WaitUntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (condition())
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private TaskCompletionSource Changed()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return changed;
    }

    private static int CountBy<T>(Dictionary<T, int> counts, T key, int by)
        where T : notnull
    {
        var count = counts.GetValueOrDefault(key) + by;
        if (count == 0)
        {
            counts.Remove(key);
        }
        else
        {
            counts[key] = count;
        }

        return count;
    }

    private static string KeyOf(BulkItemRef item) => Encoding.UTF8.GetString(item.Request.GetIndex(item.Index));
}
