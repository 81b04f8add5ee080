using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Processor.Tests;

/// <summary>
/// A member of the group that reads a <see cref="ScriptedQueue"/>: batches of random sizes from a random partition.
/// </summary>
internal sealed class ScriptedConsumer(ScriptedQueue queue, int seed, int[] partitions) : IRecordConsumer
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private readonly Dictionary<TopicPartition, long> _positions = [];
    private Func<TopicPartition, Guid, CancellationToken, ValueTask<long?>> _resolve = null!;
    private IRebalanceListener _listener = null!;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int BatchRecordsMax { get; set; } = 50;

    /// <summary>Whether nothing is delivered.</summary>
    public bool IsSilent { get; set; }

    /// <summary>What the next poll throws; null: it polls.</summary>
    public Exception? PollFailure { get; set; }

    public bool HasLeft { get; private set; }

    public int SeekCount { get; private set; }

    /// <summary>Where it reads on; null: the partition is not its own.</summary>
    public long? PositionOf(int partition)
    {
        lock (_lock)
        {
            return _positions.TryGetValue(queue.Partition(partition), out var position) ? position : null;
        }
    }

    public async Task StartAsync(
        Func<TopicPartition, Guid, CancellationToken, ValueTask<long?>> resolveStart,
        IRebalanceListener listener,
        CancellationToken cancellationToken)
    {
        _resolve = resolveStart;
        _listener = listener;
        await AssignAsync(partitions, cancellationToken);
    }

    public async Task AssignAsync(int[] indexes, CancellationToken cancellationToken = default)
    {
        foreach (var index in indexes)
        {
            var partition = queue.Partition(index);
            await _listener.OnAssignedAsync([partition], cancellationToken);
            var start = await _resolve(partition, queue.TopicId, cancellationToken)
                ?? queue.CommittedOf(partition) ?? 0;
            SetPosition(partition, start);
        }
    }

    public async Task RevokeAsync(int[] indexes)
    {
        var revoked = indexes.Select(queue.Partition).ToArray();
        lock (_lock)
        {
            foreach (var partition in revoked)
            {
                _positions.Remove(partition);
            }
        }

        await _listener.OnRevokedAsync(revoked, CancellationToken.None);
    }

    public async ValueTask<IRecordBatch> PollAsync(CancellationToken cancellationToken)
    {
        if (PollFailure is { } failure)
        {
            throw failure;
        }

        while (true)
        {
            Task changed;
            lock (_lock)
            {
                changed = Task.WhenAny(queue.Changed, _changed.Task);
                if (!IsSilent && TryTake() is { } batch)
                {
                    return batch;
                }
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public Task CommitAsync(IReadOnlyDictionary<TopicPartition, long> nextOffsets, CancellationToken cancellationToken)
    {
        queue.Commit(nextOffsets);
        return Task.CompletedTask;
    }

    public void Seek(TopicPartition partition, long offset)
    {
        lock (_lock)
        {
            SeekCount++;
            if (!_positions.ContainsKey(partition))
            {
                return;
            }
        }

        SetPosition(partition, offset);
    }

    public Task<long> GetRestartOffsetAsync(TopicPartition partition, CancellationToken cancellationToken) =>
        Task.FromResult(queue.CommittedOf(partition) ?? 0);

    public Task<IReadOnlyDictionary<TopicPartition, long>> GetEndOffsetsAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<TopicPartition, long>>(
            partitions.ToDictionary(static partition => partition, queue.EndOf));

    public Task<long> CountRecordsAsync(string topic, CancellationToken cancellationToken) => Task.FromResult(0L);

    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        HasLeft = true;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void SetPosition(TopicPartition partition, long offset)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _positions[partition] = offset;
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    private ScriptedQueue.Batch? TryTake()
    {
        var ready = _positions.Where(entry => entry.Value < queue.EndOf(entry.Key)).ToArray();
        if (ready.Length == 0)
        {
            return null;
        }

        var (partition, position) = ready[_random.Next(ready.Length)];
        if (queue.Undecodable.TryGetValue((partition.Partition, position), out var bad))
        {
            _positions[partition] = bad.LastOffset + 1;
            return new ScriptedQueue.Batch(queue, partition, [], position) { Undecodable = bad };
        }

        var count = _random.Next(1, BatchRecordsMax + 1);
        foreach (var (index, offset) in queue.Undecodable.Keys)
        {
            // A batch ends where the next one begins.
            count = index == partition.Partition && offset > position
                ? (int)Math.Min(count, offset - position)
                : count;
        }

        var records = queue.Read(partition, position, count);
        _positions[partition] = position + records.Length;
        return new ScriptedQueue.Batch(queue, partition, records, position);
    }
}
