namespace LogFlow.Agent.Tests;

/// <summary>One agent's connection to the <see cref="FakeQueue"/>; dies with the agent.</summary>
internal sealed class FakeSink(FakeQueue queue, int seed) : IBatchSink
{
    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Task> _last = [];
    private bool _dead;

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

    public Task<SendOutcome> SendAsync(int partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
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
        Task before, int partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        cancellationToken.ThrowIfCancellationRequested();
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
