using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Gives files their turns: a queue of those that have something to read, and a few threads that read. Each turn is
/// short, and a file with more goes to the end of the queue, so one hot file does not hold up a thousand quiet ones.
/// </summary>
internal sealed partial class HarvesterScheduler : IDisposable
{
    private readonly ByteBudget _budget;
    private readonly Publisher _publisher;
    private readonly ILogger _logger;
    private readonly int _bufferSize;
    private readonly Thread[] _threads;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>
    /// Guards the queue; each harvester is in it once at most, so it is bounded by the number of files.
    /// </summary>
    private readonly object _lock = new();
    private readonly Queue<ScheduledHarvester> _ready = new();
    private bool _started;

    public HarvesterScheduler(int threads, int bufferSize, ByteBudget budget, Publisher publisher, ILogger logger)
    {
        _budget = budget;
        _publisher = publisher;
        _logger = logger;
        _bufferSize = bufferSize;
        _threads = [.. Enumerable.Range(0, threads).Select(
            number => new Thread(Run) { IsBackground = true, Name = $"harvester-{number}" })];
    }

    /// <summary>Files that wait for their turn.</summary>
    public int Queued
    {
        get
        {
            lock (_lock)
            {
                return _ready.Count;
            }
        }
    }

    /// <summary>Starts reading. Before that files may be scheduled already.</summary>
    public void Start()
    {
        _started = true;
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Ends reading after the turns that are under way.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stopping.Cancel();
            Monitor.PulseAll(_lock);
        }

        if (_started)
        {
            foreach (var thread in _threads)
            {
                thread.Join();
            }
        }
    }

    /// <summary>Puts a file into the queue.</summary>
    public void Enqueue(ScheduledHarvester harvester)
    {
        lock (_lock)
        {
            _ready.Enqueue(harvester);
            Monitor.Pulse(_lock);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private void Run()
    {
        using var worker = new HarvestWorker(_bufferSize);
        while (Dequeue() is { } scheduled)
        {
            try
            {
                if (RunTurn(scheduled, worker) == HarvestResult.NoRoom)
                {
                    _publisher.RequestFlush();
                    WaitForRoom(worker.RoomNeeded);
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // A defect in reading one file must not end the reading of all others. Its next poll tries again.
                Log.TurnFailed(_logger, scheduled.Harvester.Path, error);
            }
        }
    }

    /// <summary>Waits, first come first served, until what was refused is free; it is taken at the next turn.</summary>
    private void WaitForRoom(int bytes)
    {
        _budget.TakeAsync(bytes, _stopping.Token).AsTask().GetAwaiter().GetResult();
        _budget.Return(bytes);
    }

    private HarvestResult RunTurn(ScheduledHarvester scheduled, HarvestWorker worker)
    {
        using var turn = scheduled.TryTakeQueued();
        if (!turn.IsTaken)
        {
            return HarvestResult.AtEnd;
        }

        var result = HarvestResult.Failed;
        try
        {
            result = turn.Harvester.Harvest(worker);
            if (result is HarvestResult.More or HarvestResult.NoRoom)
            {
                turn.Wake();
            }

            return result;
        }
        finally
        {
            // Also where the turn failed behind lines that it had read: nobody else would send them.
            if (result is not (HarvestResult.More or HarvestResult.NoRoom)
                && turn.Harvester.State is { Partition: >= 0 } state)
            {
                _publisher.ForPartition(state.Partition).RequestFlush();
            }
        }
    }

    private ScheduledHarvester? Dequeue()
    {
        lock (_lock)
        {
            while (true)
            {
                if (_stopping.IsCancellationRequested)
                {
                    return null;
                }

                if (_ready.TryDequeue(out var harvester))
                {
                    return harvester;
                }

                Monitor.Wait(_lock);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4210, LogLevel.Error, "Reading {Path} failed unexpectedly")]
        public static partial void TurnFailed(ILogger logger, string path, Exception error);
    }
}
