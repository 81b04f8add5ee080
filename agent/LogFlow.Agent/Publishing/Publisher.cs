using System.Text;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>All partitions' ways to the queue.</summary>
internal sealed class Publisher : IAsyncDisposable
{
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(5);

    private readonly PublishingContext _context;

    /// <summary>Guards the partitions.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<int, PartitionPublisher> _partitions = [];
    private volatile PartitionPublisher?[] _byNumber = [];
    private int _partitionCount;

    public Publisher(PublishingContext context) => _context = context;

    /// <summary>Faults when a partition's loop fails; then the agent cannot go on.</summary>
    public Task Completion => _context.Work.Completion;

    /// <summary>How many partitions the topic has; 0 before that is known. Nothing is read before.</summary>
    public int PartitionCount
    {
        get => Volatile.Read(ref _partitionCount);
        set => Volatile.Write(ref _partitionCount, value);
    }

    /// <summary>
    /// The partition of a file that is seen for the first time. By path, so that what replaces a rotated file follows
    /// it in the same partition, and by agent, so that the same path on many hosts is spread.
    /// </summary>
    public int ChoosePartition(string inputId, string path)
    {
        var name = Encoding.UTF8.GetBytes($"{_context.Registry.AgentId:N}\n{inputId}\n{path}");
        return (int)(Crc32C.Compute(name) % (uint)PartitionCount);
    }

    /// <summary>A partition's way, opened at first use.</summary>
    public PartitionPublisher ForPartition(int partition)
    {
        var known = _byNumber;
        if (partition < known.Length && known[partition] is { } publisher)
        {
            return publisher;
        }

        lock (_lock)
        {
            if (!_partitions.TryGetValue(partition, out publisher))
            {
                publisher = new PartitionPublisher(partition, _context);
                _partitions.Add(partition, publisher);
                var created = publisher;
                _context.Work.Start($"the publisher of partition {partition}", created.RunAsync);
                var byNumber = new PartitionPublisher?[Math.Max(_byNumber.Length, partition + 1)];
                foreach (var (number, each) in _partitions)
                {
                    byNumber[number] = each;
                }

                _byNumber = byNumber;
            }

            return publisher;
        }
    }

    /// <summary>How long the oldest batch waits for its acknowledgement, and where; null: none does.</summary>
    public (TimeSpan Time, int Partition)? FindOldestWaiting()
    {
        (TimeSpan Time, int Partition)? oldest = null;
        for (var partition = 0; partition < _byNumber.Length; partition++)
        {
            if (_byNumber[partition]?.WaitingSince is > 0 and var since
                && _context.Time.GetElapsedTime(since) is var time
                && (oldest is null || time > oldest.Value.Time))
            {
                oldest = (time, partition);
            }
        }

        return oldest;
    }

    /// <summary>Sends what is collected, wherever the way is free.</summary>
    public void RequestFlush()
    {
        foreach (var partition in _byNumber)
        {
            partition?.RequestFlush();
        }
    }

    /// <summary>Waits until everything that was read is acknowledged.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            RequestFlush();
            if (Array.TrueForAll(_byNumber, static partition => partition is null || partition.IsDrained))
            {
                return;
            }

            await Task.Delay(DrainPoll, _context.Time, cancellationToken);
        }
    }

    /// <summary>Stops at once; what is unacknowledged is in the registry.</summary>
    public async ValueTask DisposeAsync()
    {
        await _context.Work.DisposeAsync();
        foreach (var partition in _byNumber)
        {
            // Also what readers appended where the loop had ended before.
            if (partition is not null)
            {
                await partition.ReleaseAllAsync();
            }
        }

        _context.Producers.Dispose();
    }
}
