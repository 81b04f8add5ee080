using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Compacts partitions of topics with <c>cleanup.policy=compact</c>, the dirtiest first, one at a time: its memory is
/// one key map. Looks for work every <c>log.cleaner.backoff.ms</c>.
/// </summary>
internal sealed partial class LogCleaner(StorageContext context, Func<IReadOnlyCollection<Topic>> topics)
    : IAsyncDisposable
{
    private readonly BackgroundWork _background = new();

    // One cleaning at a time.
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Faulted by a defect.</summary>
    public Task Completion => _background.Completion;

    public void Start()
    {
        if (context.Options.IsCleanerEnabled)
        {
            _background.Start("compaction", RunAsync);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _background.DisposeAsync();
        await _gate.WaitAsync();
        _gate.Dispose();
    }

    /// <summary>Compacts whatever is due; returns how many partitions that were.</summary>
    public async Task<int> CleanAsync()
    {
        await _gate.WaitAsync(_background.Stopping);
        try
        {
            var done = new HashSet<PartitionLog>();
            var count = 0;
            while (FindDirtiest(done) is var (log, plan))
            {
                done.Add(log);
                count += await TryCleanAsync(log, plan) ? 1 : 0;
            }

            return count;
        }
        finally
        {
            _gate.Release();
        }
    }

    private (PartitionLog Log, CleaningPlan Plan)? FindDirtiest(HashSet<PartitionLog> done)
    {
        (PartitionLog Log, CleaningPlan Plan)? dirtiest = null;
        foreach (var topic in topics())
        {
            if (!topic.Config.IsCompacted)
            {
                continue;
            }

            foreach (var log in topic.Partitions)
            {
                if (!done.Contains(log)
                    && TryPlan(log) is { IsDue: true } plan
                    && !(dirtiest?.Plan.DirtyRatio >= plan.DirtyRatio))
                {
                    dirtiest = (log, plan);
                }
            }
        }

        return dirtiest;
    }

    private CleaningPlan? TryPlan(PartitionLog log)
    {
        try
        {
            return CleaningPlan.Create(log, context.NowMs());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Log.NotCleaned(context.Logger, error, log.Label);
            return null;
        }
    }

    private async Task<bool> TryCleanAsync(PartitionLog log, CleaningPlan plan)
    {
        try
        {
            await new PartitionCleaner(context, log, plan, _background.Stopping).RunAsync();
            return true;
        }
        catch (ObjectDisposedException)
        {
            // Retention or deletion took a segment away meanwhile; the next round plans anew.
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            if (!log.IsDeleted)
            {
                Log.NotCleaned(context.Logger, error, log.Label);
            }

            return false;
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(context.Options.CleanerBackoff, context.Time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            await CleanAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2113, LogLevel.Warning,
            "Partition {Partition} could not be compacted; it is tried again. No record is affected.")]
        public static partial void NotCleaned(ILogger logger, Exception error, string partition);
    }
}
