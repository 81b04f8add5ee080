namespace LogFlow.Agent;

/// <summary>
/// This run's producer identity, shared by all partitions. A new one for each run: a registry that was restored from a
/// backup, or copied to a second host, can then never make new lines pass for old ones. (What a former run left is
/// sent under that run's identity, which its intents name.)
/// </summary>
internal sealed class ProducerSource(IBatchSink sink) : IDisposable
{
    private readonly SemaphoreSlim _lock = new(1, 1);
    private ProducerId? _shared;

    /// <summary>The shared identity.</summary>
    public async ValueTask<ProducerId> GetAsync(CancellationToken cancellationToken)
    {
        if (_shared is { } known)
        {
            return known;
        }

        await _lock.WaitAsync(cancellationToken);
        try
        {
            return _shared ??= await sink.NewProducerAsync(cancellationToken);
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>An identity for one partition alone, where the queue refused the shared one.</summary>
    public Task<ProducerId> GetOwnAsync(CancellationToken cancellationToken) =>
        sink.NewProducerAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
