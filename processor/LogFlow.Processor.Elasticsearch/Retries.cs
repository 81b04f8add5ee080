namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// One series of attempts at the same thing, and the waits between them: growing ones for what mends itself, long ones
/// for what an operator has to mend. Every loop that tries again uses it, so that all of them wait alike, answer a stop
/// at once and begin anew after a success. What can never succeed must not get here: it is the caller's to end.
/// </summary>
/// <param name="backoff">How long.</param>
/// <param name="time">The clock.</param>
public sealed class Retries(BackoffPolicy backoff, TimeProvider time)
{
    private int _failures;

    /// <summary>It worked: the next failure is a first one.</summary>
    public void Succeeded() => _failures = 0;

    /// <summary>It failed: waits before the next attempt.</summary>
    /// <param name="needsOperator">It will not mend itself.</param>
    /// <param name="cancellationToken">Ends the wait; throws <see cref="OperationCanceledException"/>.</param>
    /// <param name="atLeast">How long the other side asked to wait; cut at the longest wait.</param>
    public Task WaitAsync(
        bool needsOperator, CancellationToken cancellationToken, TimeSpan? atLeast = null)
    {
        _failures++;
        var delay = needsOperator ? backoff.GetSlowDelay() : backoff.GetDelay(_failures);
        if (atLeast is { } asked && asked > delay)
        {
            delay = asked < backoff.Max ? asked : backoff.Max;
        }

        return Task.Delay(delay, time, cancellationToken);
    }
}
