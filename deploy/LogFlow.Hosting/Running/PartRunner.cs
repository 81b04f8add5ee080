using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>Starts parts in order, waits for a signal or a failure, and stops them in reverse order.</summary>
public sealed partial class PartRunner(IReadOnlyList<ILogFlowService> parts, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<PartRunner>();

    /// <summary>
    /// Runs until stopped. Returns the exit code: 0 after a signal, 1 when a part failed.
    /// </summary>
    /// <param name="signals">The process's signals.</param>
    /// <param name="whenStarted">Runs once all parts do their work.</param>
    /// <exception cref="StartupException">A part cannot start; those that had started are stopped again.</exception>
    public async Task<int> RunAsync(StopSignals signals, Func<Task> whenStarted)
    {
        var started = new List<ILogFlowService>();
        using var outOfMemory = new OutOfMemoryGuard();
        try
        {
            foreach (var part in parts)
            {
                await part.StartAsync(signals.Drain);
                started.Add(part);
            }

            await whenStarted();
            SystemdNotifier.Ready();
            await using var idleMemory = new IdleMemory(TimeProvider.System);
            return await WaitAsync(signals.Drain) ? 0 : 1;
        }
        catch (OperationCanceledException) when (signals.Drain.IsCancellationRequested)
        {
            return 0;
        }
        finally
        {
            SystemdNotifier.Stopping();
            await StopAsync(started, signals.Abort);
        }
    }

    /// <summary>True: a signal came. False: a part ended by itself.</summary>
    private async Task<bool> WaitAsync(CancellationToken stop)
    {
        var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(signal.SetResult);
        var ended = await Task.WhenAny([signal.Task, .. parts.Select(part => part.Completion)]);
        if (ended == signal.Task)
        {
            return true;
        }

        var failed = parts.First(part => part.Completion == ended);
        Log.PartFailed(_logger, ended.Exception?.InnerException, failed.Name);
        return false;
    }

    private async Task StopAsync(List<ILogFlowService> started, CancellationToken abort)
    {
        started.Reverse();
        foreach (var part in started)
        {
            try
            {
                await part.StopAsync(abort);
            }
            catch (OperationCanceledException) when (abort.IsCancellationRequested)
            {
                Log.StoppedAtOnce(_logger, part.Name);
            }
            catch (Exception error)
            {
                // One part's failure to stop must not keep the others from making their state durable.
                Log.StopFailed(_logger, error, part.Name);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Error, "The {Part} failed and cannot go on; stopping everything")]
        public static partial void PartFailed(ILogger logger, Exception? error, string part);

        [LoggerMessage(1002, LogLevel.Warning, "The {Part} was stopped without draining; nothing accepted is lost")]
        public static partial void StoppedAtOnce(ILogger logger, string part);

        [LoggerMessage(1003, LogLevel.Error, "The {Part} did not stop cleanly")]
        public static partial void StopFailed(ILogger logger, Exception error, string part);
    }
}
