using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>
/// A part in the generic host, which starts them in order and stops them in reverse. One part's failure to stop, or
/// its hanging, must not keep the others from making their state durable.
/// </summary>
internal sealed partial class HostedPart(
    ILogFlowService part, HostOutcome outcome, TimeProvider time, ILogger<HostedPart> logger) : IHostedService
{
    /// <summary>What a part that was told to stop at once may take, before the next one's turn.</summary>
    private static readonly TimeSpan AbandonAfter = TimeSpan.FromSeconds(5);

    private bool _isStarted;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await part.StartAsync(cancellationToken);
        _isStarted = true;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_isStarted)
        {
            return;
        }

        using var abandon = new CancellationTokenSource();
        await using var patience = time.CreateTimer(
            static source => ((CancellationTokenSource)source!).Cancel(),
            abandon,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        await using var registration = cancellationToken.Register(
            () => patience.Change(AbandonAfter, Timeout.InfiniteTimeSpan));
        var stopping = StopPartAsync(cancellationToken);
        try
        {
            await stopping.WaitAsync(abandon.Token);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            outcome.Fail();
            Log.Abandoned(logger, part.Name);
        }
    }

    private async Task StopPartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await part.StopAsync(cancellationToken);
            if (cancellationToken.IsCancellationRequested)
            {
                Log.StoppedAtOnce(logger, part.Name);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Log.StoppedAtOnce(logger, part.Name);
        }
        catch (Exception error)
        {
            outcome.Fail();
            Log.StopFailed(logger, error, part.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1002, LogLevel.Warning, "The {Part} was stopped without draining; nothing accepted is lost")]
        public static partial void StoppedAtOnce(ILogger logger, string part);

        [LoggerMessage(1003, LogLevel.Error, "The {Part} did not stop cleanly")]
        public static partial void StopFailed(ILogger logger, Exception error, string part);

        [LoggerMessage(1004, LogLevel.Error,
            "The {Part} does not stop; the process ends without it. Nothing accepted is lost, the next start takes it "
            + "up")]
        public static partial void Abandoned(ILogger logger, string part);
    }
}
