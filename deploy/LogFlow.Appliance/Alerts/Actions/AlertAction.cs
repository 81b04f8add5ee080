namespace LogFlow.Appliance;

/// <summary>A way to tell somebody of an alert.</summary>
/// <param name="kind">webhook, exec or email.</param>
/// <param name="target">Whom it tells, without secrets.</param>
internal abstract class AlertAction(string kind, string target) : IDisposable
{
    /// <summary>webhook, exec or email: the metrics' tag.</summary>
    public string Kind => kind;

    /// <summary>What and whom, for messages.</summary>
    public string Name => $"{kind} {target}";

    /// <summary>Delivers a notification; returns when the other side has it.</summary>
    /// <exception cref="AlertActionException">It could not be delivered; the message says why.</exception>
    public abstract Task SendAsync(AlertNotification notification, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        // Most hold nothing.
    }

    /// <summary>Runs a delivery that may take so long and no longer.</summary>
    /// <param name="timeout">How long.</param>
    /// <param name="deliver">The delivery.</param>
    /// <param name="cancellationToken">Ends it before.</param>
    /// <exception cref="AlertActionException">The time is over.</exception>
    protected static async Task WithinAsync(
        TimeSpan timeout, Func<CancellationToken, Task> deliver, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        try
        {
            await deliver(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AlertActionException($"it took longer than {timeout.TotalSeconds:0.#} s (timeout)");
        }
    }
}
