using LogFlow.Kafka.Protocol;

namespace LogFlow.Processor;

/// <summary>
/// Whether the partitions that an input reads move: whatever the reason is that one does not, somebody has to look.
/// Also how much there is to do. Written by the input's measuring loop, read from any thread.
/// </summary>
internal sealed class PartitionProgress(TimeProvider time, TimeSpan stuckAfter)
{
    /// <summary>Guards all below.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<TopicPartition, Stand> _stands = [];
    private long? _lag;
    private long? _deadLetters;
    private long _measuredAt;

    public long? Lag
    {
        get
        {
            lock (_lock)
            {
                return _lag;
            }
        }
    }

    public long? DeadLetters
    {
        get
        {
            lock (_lock)
            {
                return _deadLetters;
            }
        }

        set
        {
            lock (_lock)
            {
                _deadLetters = value;
            }
        }
    }

    public void Begin()
    {
        lock (_lock)
        {
            _measuredAt = time.GetTimestamp();
        }
    }

    /// <summary>
    /// Takes in where every assigned partition stands; those that are not named are not its own any more.
    /// </summary>
    public void Measured(List<(TopicPartition Partition, long Done, long End)> partitions)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var earlier = new Dictionary<TopicPartition, Stand>(_stands);
            _stands.Clear();
            long lag = 0;
            foreach (var (partition, done, end) in partitions)
            {
                var left = Math.Max(0, end - done);
                lag += left;
                if (left > 0)
                {
                    // Since it is seen to stand there with something to do; a step in either direction counts.
                    _stands[partition] = earlier.TryGetValue(partition, out var stand) && stand.Done == done
                        ? stand with { Lag = left }
                        : new Stand(done, left, now);
                }
            }

            _lag = lag;
            _measuredAt = now;
        }
    }

    /// <summary>What stands still, in one sentence; null: nothing does.</summary>
    public string? FindStuck()
    {
        lock (_lock)
        {
            var silence = time.GetElapsedTime(_measuredAt);
            if (silence >= stuckAfter)
            {
                return $"the queue has not told where its partitions end for {silence.TotalSeconds:0} s";
            }

            foreach (var (partition, stand) in _stands)
            {
                var still = time.GetElapsedTime(stand.Since);
                if (still >= stuckAfter)
                {
                    return $"{partition} stands at offset {stand.Done} for {still.TotalSeconds:0} s with {stand.Lag} "
                        + "record(s) to do";
                }
            }

            return null;
        }
    }

    private readonly record struct Stand(long Done, long Lag, long Since);
}
