using System.Threading.Channels;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Processor;

/// <summary>
/// An output: encodes events on the workers' threads and writes batches on lanes of its own, in the order of each
/// partition. A lane takes what is waiting, up to a size, in one write. An output that cannot write keeps trying; the
/// byte budget then stops the input.
/// </summary>
internal abstract class Output : IAsyncDisposable
{
    private readonly Channel<InFlightBatch>[] _lanes;
    private readonly bool _keepsOrder;
    private uint _nextLane;

    /// <param name="index">Its place among the outputs.</param>
    /// <param name="name">Its name in messages: the plugin's, with its id where it has one.</param>
    /// <param name="laneCount">Writes that may run side by side.</param>
    /// <param name="keepsOrder">A partition keeps to one lane; else batches go to the lanes in turn.</param>
    /// <param name="batchesMax">Batches that can be in flight altogether: no lane holds more.</param>
    protected Output(int index, string name, int laneCount, bool keepsOrder, int batchesMax)
    {
        Index = index;
        Name = name;
        _keepsOrder = keepsOrder;
        _lanes = new Channel<InFlightBatch>[laneCount];
        for (var lane = 0; lane < laneCount; lane++)
        {
            _lanes[lane] = Channel.CreateBounded<InFlightBatch>(
                new BoundedChannelOptions(batchesMax) { SingleReader = true });
        }
    }

    public int Index { get; }

    public string Name { get; }

    /// <summary>
    /// Whether batches without events for it must be handed to it as well (the store counts offsets).
    /// </summary>
    public virtual bool WantsEmptyBatches => false;

    /// <summary>The last failure in words; null: none.</summary>
    public virtual string? LastError => null;

    /// <summary>Since when nothing could be written; null: it works.</summary>
    public virtual DateTimeOffset? WaitingSince => null;

    /// <summary>Failed writes since the start.</summary>
    public virtual long Failures => 0;

    /// <summary>How many bytes one write takes at most, when more is waiting.</summary>
    protected virtual int WriteBytesMax => 8 * 1024 * 1024;

    /// <summary>Lanes, and whatever else an output does beside them: what dies there ends the service.</summary>
    protected BackgroundWork Work { get; } = new();

    public abstract OutputPart CreatePart(int recordCount);

    /// <summary>Adds an event to a part. Called on workers' threads, for different parts at once.</summary>
    /// <exception cref="Pipeline.EventFieldException">The event cannot be written as this output needs it.</exception>
    public abstract void Encode(EventView item, in EventContext context, OutputPart part);

    /// <summary>Where to start a partition; null: this output has no opinion.</summary>
    public virtual ValueTask<long?> ResolveStartAsync(
        PartitionIdentity partition, CancellationToken cancellationToken) => new((long?)null);

    /// <summary>How far the offsets of a partition may be committed, given how far all outputs are done.</summary>
    public virtual long GetCommittable(PartitionIdentity partition, long doneOffset) => doneOffset;

    /// <summary>At a stop: makes everything written durable.</summary>
    public virtual Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Called now and then, to learn what is durable (or lost) by now while nothing is written.</summary>
    public virtual Task RefreshAsync(IReadOnlyList<PartitionWindow> windows, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public virtual void Start()
    {
        for (var lane = 0; lane < _lanes.Length; lane++)
        {
            var reader = _lanes[lane].Reader;
            Work.Start($"{Name}: lane {lane}", token => RunLaneAsync(reader, token));
        }
    }

    /// <summary>Faulted when a lane, or other work of the output, cannot go on; completed when all has ended.</summary>
    public Task Completion => Work.Completion;

    /// <summary>Hands it a batch; the window's order is the call order.</summary>
    public void Enqueue(InFlightBatch batch)
    {
        var lane = _lanes.Length == 1 ? 0
            : _keepsOrder ? LaneOf(batch.Window.TopicPartition)
            : (int)(Interlocked.Increment(ref _nextLane) % (uint)_lanes.Length);
        if (!_lanes[lane].Writer.TryWrite(batch) && !Work.Stopping.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{Name} was handed more batches than can be in flight");
        }
    }

    public virtual ValueTask DisposeAsync() => Work.DisposeAsync();

    /// <summary>
    /// Writes the batches and calls <see cref="InFlightBatch.OutputDone"/> for each. Batches of closed windows are not
    /// written. Ends only when all are done or <paramref name="cancellationToken"/> fires.
    /// </summary>
    protected abstract Task WriteAsync(List<InFlightBatch> batches, CancellationToken cancellationToken);

    private int LaneOf(TopicPartition partition) =>
        (int)((uint)partition.GetHashCode() % (uint)_lanes.Length);

    private async Task RunLaneAsync(ChannelReader<InFlightBatch> reader, CancellationToken cancellationToken)
    {
        var batches = new List<InFlightBatch>();
        while (await reader.WaitToReadAsync(cancellationToken))
        {
            batches.Clear();
            long size = 0;
            while (size < WriteBytesMax && reader.TryRead(out var batch))
            {
                if (batch.Window.IsClosed)
                {
                    batch.OutputDone();
                    continue;
                }

                batches.Add(batch);
                size += batch.GetPart(Index)?.SizeInBytes ?? 0;
            }

            if (batches.Count > 0)
            {
                await WriteAsync(batches, cancellationToken);
            }
        }
    }
}
