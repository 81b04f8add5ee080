using LogFlow.Processor.Elasticsearch;

namespace LogFlow.Processor;

/// <summary>
/// Lets bulks through once the index setup is known to be done, and again after somebody has undone it. Until then it
/// tries, for ever: soon where the server does not answer, slowly where an operator has to act.
/// </summary>
internal sealed class SetupGate(
    IndexSetup setup, string dataStream, Uri node, OutageReport outage, BackoffPolicy backoff, TimeProvider time)
    : IDisposable
{
    /// <summary>One lane looks, the others wait for it.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);

    private volatile bool _isDone;

    /// <summary>What was set up is gone, or may be: the next one who passes looks again.</summary>
    public void Reset() => _isDone = false;

    public async ValueTask PassAsync(CancellationToken cancellationToken)
    {
        if (_isDone)
        {
            return;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            var retries = new Retries(backoff, time);
            while (!_isDone)
            {
                var result = await setup.EnsureAsync(dataStream, cancellationToken);
                if (result.IsDone)
                {
                    _isDone = true;
                    outage.Succeeded();
                    return;
                }

                outage.Failed(node, $"index setup: {result.Problem}", result.NeedsOperator);
                await retries.WaitAsync(result.NeedsOperator, cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
