using System.Collections.Concurrent;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// What has to be done from time to time: checkpoints, retention, forgetting silent producers, closing idle files,
/// removing the files of deleted topics. Decisions that change a log are taken on the writer thread, slow file work
/// (unlinking a large file takes long) is done here.
/// </summary>
internal sealed partial class LogUpkeep(
    StorageContext context, CheckpointWriter checkpoints, Func<IReadOnlyCollection<Topic>> topics)
    : IAsyncDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(2);

    private readonly BackgroundWork _background = new();
    private readonly ConcurrentQueue<Func<Task>> _work = new();
    private readonly SemaphoreSlim _workAdded = new(0);

    /// <summary>Faulted by a defect: without upkeep the disk fills and starts become slow.</summary>
    public Task Completion => _background.Completion;

    public void Start()
    {
        _background.Start("upkeep of the logs", RunAsync);
        _background.Start("removing files of deleted topics", WorkAsync);
    }

    /// <summary>Does something in the background, one after the other.</summary>
    public void Queue(Func<Task> work)
    {
        _work.Enqueue(work);
        _workAdded.Release();
    }

    public async ValueTask DisposeAsync()
    {
        await _background.DisposeAsync();
        _workAdded.Dispose();
    }

    /// <summary>Removes what retention does not keep.</summary>
    public async Task ApplyRetentionAsync()
    {
        var removed = new List<LogSegment>();
        foreach (var topic in topics())
        {
            foreach (var partition in topic.Partitions)
            {
                if (partition.SizeInBytes == 0)
                {
                    continue;
                }

                var nowMs = context.NowMs();
                removed.AddRange(await context.Writer.RunAsync(() => partition.ApplyRetention(nowMs)));
            }
        }

        if (removed.Count > 0)
        {
            // Only when no checkpoint knows them any more do their files go: they would be missed.
            await checkpoints.WriteAsync();
            PartitionLog.DeleteFiles(removed);
        }
    }

    /// <summary>Syncs what relaxed topics have acknowledged and <c>flush.ms</c> no longer leaves unsynced.</summary>
    public async Task FlushAsync()
    {
        foreach (var topic in topics())
        {
            foreach (var partition in topic.Partitions)
            {
                if (partition.HasUnsynced)
                {
                    var nowMs = context.NowMs();
                    await context.Writer.RunAsync(() => partition.FlushIfDue(nowMs));
                }
            }
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var time = context.Time;
        var lastCheckpoint = time.GetTimestamp();
        var lastRetention = time.GetTimestamp();
        using var timer = new PeriodicTimer(TickInterval, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            context.Descriptors.Refill();
            await TryAsync(FlushAsync);
            var behind = checkpoints.BytesSinceLast;
            if (behind >= context.Options.CheckpointBytes
                || (behind > 0 && time.GetElapsedTime(lastCheckpoint) >= context.Options.CheckpointInterval))
            {
                await TryAsync(checkpoints.WriteAsync);
                await TryAsync(CloseIdleFilesAsync);
                lastCheckpoint = time.GetTimestamp();
            }

            if (time.GetElapsedTime(lastRetention) >= context.Options.RetentionCheckInterval)
            {
                await TryAsync(ApplyRetentionAsync);
                await TryAsync(ExpireProducersAsync);
                lastRetention = time.GetTimestamp();
            }
        }
    }

    /// <summary>At a stop, folders of deleted topics that are left go with the next start.</summary>
    private async Task WorkAsync(CancellationToken stopping)
    {
        while (true)
        {
            await _workAdded.WaitAsync(stopping);
            if (_work.TryDequeue(out var work))
            {
                await TryAsync(work);
            }
        }
    }

    private Task CloseIdleFilesAsync() => context.Writer.RunAsync(() =>
    {
        var idleMs = (long)context.Options.IdleFileTimeout.TotalMilliseconds;
        foreach (var topic in topics())
        {
            foreach (var partition in topic.Partitions)
            {
                partition.CloseIdleFiles(idleMs);
            }
        }

        return true;
    });

    private Task ExpireProducersAsync() => context.Writer.RunAsync(() =>
    {
        var silentSinceMs = context.NowMs() - (long)context.Options.ProducerIdExpiration.TotalMilliseconds;
        foreach (var topic in topics())
        {
            foreach (var partition in topic.Partitions)
            {
                partition.ExpireProducers(silentSinceMs);
            }
        }

        return true;
    });

    /// <summary>
    /// One failed round must not end the upkeep: the next may succeed (a disk that was full, for one).
    /// </summary>
    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Log.UpkeepFailed(context.Logger, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2100, LogLevel.Warning, "Upkeep of the logs did not complete; it is tried again.")]
        public static partial void UpkeepFailed(ILogger logger, Exception error);
    }
}
