using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Kafka.Client;

/// <summary>
/// The assigned partitions and what was read ahead of each. Every partition may hold its share of the prefetch bytes,
/// so that one that nobody takes from cannot starve the others; decoding stops at the share and goes on as the poller
/// takes batches. A partition is not fetched again before its last chunk is decoded.
/// </summary>
internal sealed partial class PartitionStreams(GroupConsumerOptions options, TimeProvider time, BackgroundWork work)
    : IDisposable
{
    private const long ShareBytesMin = 64 * 1024;

    // A batch with a right CRC decodes the same each time, unless this machine's memory was at fault.
    private const int UndecodableTriesMax = 3;

    // Decompressed bytes of batches that are being decoded or wait for the poller, of all partitions together.
    private readonly ByteBudget _budget = new(Math.Max(2 * ShareBytesMin, options.PrefetchBytesMax));

    // Added to waits: timers cut fractions off and would fire just too early.
    private static readonly TimeSpan TimerResolution = TimeSpan.FromMilliseconds(1);

    // Guards all below and the streams. Innermost: no other lock is taken inside, except the signals' own.
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, PartitionStream> _streams = [];
    private readonly List<PartitionStream> _rotation = [];
    private int _nextToDeliver;
    private int _nextToFetch;
    private long _takenCount;
    private KafkaException? _failure;

    /// <summary>Set when a batch may be taken.</summary>
    public AsyncSignal Delivered { get; } = new(time);

    /// <summary>Set when there may be something to fetch, or a position to find.</summary>
    public AsyncSignal FetchWanted { get; } = new(time);

    /// <summary>Whether decoding waits for the poller to take something: nothing is to be fetched meanwhile.</summary>
    public bool IsFull => _budget.WaiterCount > 0;

    /// <summary>Batches that the poller has taken so far.</summary>
    public long TakenCount => Interlocked.Read(ref _takenCount);

    /// <summary>Bytes of batches that are being decoded or wait for the poller.</summary>
    public long BytesHeld => _budget.BytesHeld;

    /// <summary>Batches that are decoded and not taken.</summary>
    public int ReadyCount
    {
        get
        {
            lock (_gate)
            {
                return _rotation.Sum(static stream => stream.Ready.Count);
            }
        }
    }

    public void Add(TopicPartition partition, Guid topicId)
    {
        lock (_gate)
        {
            if (!_streams.ContainsKey(partition))
            {
                var stream = new PartitionStream(partition, topicId);
                _streams.Add(partition, stream);
                _rotation.Add(stream);
            }
        }
    }

    /// <summary>Lets partitions start that were added.</summary>
    public void Release(IReadOnlyCollection<TopicPartition> partitions)
    {
        lock (_gate)
        {
            foreach (var partition in partitions)
            {
                if (_streams.TryGetValue(partition, out var stream))
                {
                    stream.IsHeld = false;
                }
            }
        }

        FetchWanted.Set();
        Delivered.Set();
    }

    public void Remove(IReadOnlyCollection<TopicPartition> partitions)
    {
        lock (_gate)
        {
            foreach (var partition in partitions)
            {
                if (_streams.Remove(partition, out var stream))
                {
                    _rotation.Remove(stream);
                    stream.IsRemoved = true;
                    Discard(stream);
                }
            }
        }

        FetchWanted.Set();
    }

    public void RemoveAll()
    {
        TopicPartition[] all;
        lock (_gate)
        {
            all = [.. _streams.Keys];
        }

        Remove(all);
    }

    /// <summary>Gives up all that was read ahead.</summary>
    public void Dispose()
    {
        RemoveAll();
        _budget.Dispose();
    }

    public bool TrySeek(TopicPartition partition, long offset)
    {
        lock (_gate)
        {
            if (!_streams.TryGetValue(partition, out var stream))
            {
                return false;
            }

            Discard(stream);
            stream.Position = offset;
            stream.Covered = offset;
            stream.NotBefore = 0;
        }

        FetchWanted.Set();
        return true;
    }

    /// <summary>
    /// A paused partition delivers nothing. What is decoded stays; what is not is given back and fetched again later,
    /// so that a long pause does not hold a response's memory.
    /// </summary>
    public void SetPaused(IReadOnlyCollection<TopicPartition> partitions, bool isPaused)
    {
        var isFull = false;
        lock (_gate)
        {
            foreach (var partition in partitions)
            {
                if (!_streams.TryGetValue(partition, out var stream))
                {
                    continue;
                }

                stream.IsPaused = isPaused;
                isFull |= isPaused && _budget.WaiterCount > 0;
                if (isPaused && stream.Chunk is not null)
                {
                    DropChunk(stream);
                    stream.Version++;
                }
            }
        }

        if (isFull)
        {
            DropPaused();
        }

        FetchWanted.Set();
        Delivered.Set();
    }

    /// <summary>Makes the poller fail: reading cannot go on.</summary>
    public void Fail(KafkaException failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
        }

        Delivered.Set();
    }

    /// <summary>The next batch, one partition after the other.</summary>
    /// <exception cref="KafkaException">Reading has failed for good.</exception>
    public ConsumedBatch? TryTake()
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw new KafkaException(_failure.Code, _failure.Message, _failure);
            }

            for (var step = 0; step < _rotation.Count; step++)
            {
                var index = (_nextToDeliver + step) % _rotation.Count;
                var stream = _rotation[index];
                if (stream.IsDeliverable)
                {
                    _nextToDeliver = index + 1;
                    var batch = stream.Ready.Dequeue();
                    _takenCount++;
                    stream.ReadyBytes -= batch.SizeInBytes;
                    _budget.Return(batch.SizeInBytes);
                    BeginDecoding(stream);
                    FetchWanted.Set();
                    return batch;
                }
            }

            return null;
        }
    }

    /// <summary>
    /// Partitions to be fetched now, in an order that rotates, because a broker fills its response in the order asked.
    /// </summary>
    public List<FetchPlan> PlanFetches(long now)
    {
        var wanted = new List<FetchPlan>();
        lock (_gate)
        {
            _nextToFetch = _rotation.Count == 0 ? 0 : (_nextToFetch + 1) % _rotation.Count;
            for (var step = 0; step < _rotation.Count; step++)
            {
                var stream = _rotation[(_nextToFetch + step) % _rotation.Count];
                if (stream.IsFetchable
                    && now >= stream.NotBefore
                    && stream.Chunk is null
                    && stream.Decoding is null
                    && stream.ReadyBytes < ShareBytes())
                {
                    wanted.Add(
                        new FetchPlan(stream, stream.Partition, stream.TopicId, stream.Version, stream.Position));
                }
            }
        }

        return wanted;
    }

    public void BeginFetch(List<FetchPlan> plans)
    {
        lock (_gate)
        {
            foreach (var plan in plans)
            {
                plan.Stream.IsFetching = true;
            }
        }
    }

    public void EndFetch(List<FetchPlan> plans)
    {
        lock (_gate)
        {
            foreach (var plan in plans)
            {
                plan.Stream.IsFetching = false;
            }
        }

        FetchWanted.Set();
    }

    /// <summary>Takes over what was fetched, if it is still wanted.</summary>
    public void OnFetched(FetchPlan plan, FetchedChunk? chunk)
    {
        lock (_gate)
        {
            var stream = plan.Stream;
            if (stream.IsRemoved || stream.Version != plan.Version || chunk is null)
            {
                chunk?.Dispose();
                if (chunk is null)
                {
                    stream.Failures = 0;
                }

                return;
            }

            stream.Chunk = chunk;
            BeginDecoding(stream);
        }
    }

    /// <summary>Leaves the partition alone for a while, longer after each failure; returns failures in a row.</summary>
    public int BackOff(FetchPlan plan, TimeSpan first, TimeSpan max)
    {
        lock (_gate)
        {
            var failures = ++plan.Stream.Failures;
            var delay = ExponentialBackoff.Delay(failures, first, max);
            plan.Stream.NotBefore = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
            return failures;
        }
    }

    /// <summary>How long after a moment a partition that was left alone then may be asked again.</summary>
    public TimeSpan UntilNextRetry(long now, TimeSpan idle)
    {
        lock (_gate)
        {
            var nearest = idle;
            foreach (var stream in _rotation)
            {
                if (stream.NotBefore > now)
                {
                    var left = time.GetElapsedTime(now, stream.NotBefore) + TimerResolution;
                    nearest = left < nearest ? left : nearest;
                }
            }

            return nearest;
        }
    }

    /// <summary>
    /// Partitions whose position is not known; each is given out once until <see cref="OnResolved"/>.
    /// </summary>
    public List<FetchPlan> TakeUnresolved()
    {
        lock (_gate)
        {
            var found = new List<FetchPlan>();
            foreach (var stream in _rotation)
            {
                if (stream is { IsHeld: false, Position: < 0, IsResolving: false })
                {
                    stream.IsResolving = true;
                    found.Add(new FetchPlan(stream, stream.Partition, stream.TopicId, stream.Version, -1));
                }
            }

            return found;
        }
    }

    /// <summary>
    /// Sets the position that was found; null means that it could not be, and is to be looked for again.
    /// </summary>
    public void OnResolved(FetchPlan plan, long? offset)
    {
        lock (_gate)
        {
            plan.Stream.IsResolving = false;
            if (offset is { } position && plan.Stream.Version == plan.Version)
            {
                plan.Stream.Position = position;
                plan.Stream.Covered = position;
            }
        }

        FetchWanted.Set();
    }

    /// <summary>
    /// Goes on at another offset because the one wanted is not in the log. Forward, over what retention has deleted,
    /// the next batch still begins where the last one ended: those offsets are dealt with. Backward it begins anew.
    /// </summary>
    public void Reset(FetchPlan plan, long offset)
    {
        lock (_gate)
        {
            if (plan.Stream.Version == plan.Version)
            {
                plan.Stream.Position = offset;
                plan.Stream.Covered = Math.Min(plan.Stream.Covered, offset);
            }
        }

        FetchWanted.Set();
    }

    /// <summary>The topic was made anew: what is known of the old one's offsets means nothing.</summary>
    public void OnTopicRecreated(FetchPlan plan, Guid topicId)
    {
        lock (_gate)
        {
            Discard(plan.Stream);
            plan.Stream.TopicId = topicId;
            plan.Stream.Position = -1;
            plan.Stream.Covered = -1;
        }

        FetchWanted.Set();
    }

    private static void DropChunk(PartitionStream stream)
    {
        // One that is being decoded is disposed by its decoder.
        if (stream.Decoding is null)
        {
            stream.Chunk?.Dispose();
        }

        stream.Chunk = null;
    }
}
