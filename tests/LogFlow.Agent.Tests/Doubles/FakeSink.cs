using LogFlow.Platform;

namespace LogFlow.Agent.Tests;

/// <summary>One agent's connection to the <see cref="FakeQueue"/>; dies with the agent.</summary>
internal sealed class FakeSink(FakeQueue queue, int seed) : IBatchSink
{
    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Task> _last = [];
    private bool _dead;
    private int _held;

    /// <summary>Batches given to the sink.</summary>
    public int Sent { get; private set; }

    /// <summary>The next batch arrives, and the agent dies before it hears of it.</summary>
    public bool DiesAfterNextAppend { get; set; }

    /// <summary>The agent was killed: nothing it sends arrives any more.</summary>
    public void Kill()
    {
        lock (_lock)
        {
            _dead = true;
        }
    }

    public async Task<TopicIdentity> GetTopicAsync(CancellationToken cancellationToken)
    {
        await WaitWhileBlockedAsync(cancellationToken);
        return new TopicIdentity("logs", queue.TopicId, queue.PartitionCount);
    }

    public async Task<ProducerId> NewProducerAsync(CancellationToken cancellationToken)
    {
        await WaitWhileBlockedAsync(cancellationToken);
        return queue.NewProducer();
    }

    /// <summary>Thrown by sends, at once or after a wait; for defects that nobody expects.</summary>
    public Exception? Defect { get; set; }

    /// <summary>Thrown when the queue is asked what it has.</summary>
    public Exception? AskDefect { get; set; }

    /// <summary>Leases that the sink holds now.</summary>
    public int Held => Volatile.Read(ref _held);

    public async Task<int?> FindLastSequenceAsync(
        int partition, ProducerId producer, CancellationToken cancellationToken)
    {
        await WaitWhileBlockedAsync(cancellationToken);
        if (AskDefect is { } defect)
        {
            throw defect;
        }

        return queue.FindLastSequence(partition, producer);
    }

    public Task<SendOutcome> SendAsync(
        int partition, Lease<EncodedBatch> batch, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Sent++;
            var before = _last.GetValueOrDefault(partition, Task.CompletedTask);
            var sending = SendInOrderAsync(before, partition, batch, cancellationToken);
            _last[partition] = sending;
            return sending;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<SendOutcome> SendInOrderAsync(
        Task before, int partition, Lease<EncodedBatch> batch, CancellationToken cancellationToken)
    {
        using var held = batch.Retain();
        Interlocked.Increment(ref _held);
        try
        {
            return await SendAsync(before, partition, held.Value.Memory, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }
    }

    private async Task<SendOutcome> SendAsync(
        Task before, int partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        if (queue.TrySendToSocket(partition, batch) is { } sent)
        {
            return await sent.WaitAsync(cancellationToken);
        }

        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        cancellationToken.ThrowIfCancellationRequested();
        if (Defect is { } defect)
        {
            throw defect;
        }

        await WaitWhileBlockedAsync(cancellationToken);
        SendOutcome outcome;
        lock (_lock)
        {
            if (_dead)
            {
                outcome = default;
            }
            else
            {
                outcome = queue.Append(partition, batch);
                if (!DiesAfterNextAppend)
                {
                    return outcome;
                }

                _dead = true;
            }
        }

        await Task.Delay(Timeout.Infinite, cancellationToken);
        return outcome;
    }

    private async Task WaitWhileBlockedAsync(CancellationToken cancellationToken)
    {
        while (queue.Blocked is { } blocked)
        {
            await blocked.Task.WaitAsync(cancellationToken);
        }

        if (_random.Next(8) == 0)
        {
            await Task.Yield();
        }
    }
}
