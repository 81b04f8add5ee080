using System.Numerics;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>
/// One worker: takes a batch from records to what each output is to write, in chunks of a bounded number of events.
/// Everything happens on one thread; nothing waits.
/// </summary>
internal sealed class FilterWorker
{
    private readonly PipelineWorker _pipeline;
    private readonly IReadOnlyList<Output> _outputs;
    private readonly int _eventsMax;
    private readonly TimeProvider _time;
    private readonly ProcessorMetrics _metrics;
    private readonly PipelineBatch _chunk = new();

    public FilterWorker(
        CompiledPipeline pipeline, IReadOnlyList<Output> outputs, int eventsMax, TimeProvider time,
        ProcessorMetrics metrics)
    {
        _pipeline = pipeline.CreateWorker();
        _outputs = outputs;
        _eventsMax = eventsMax;
        _time = time;
        _metrics = metrics;
    }

    public void Process(InFlightBatch batch)
    {
        if (batch.Window.IsClosed)
        {
            return;
        }

        var started = _time.GetTimestamp();
        var now = EventTimestamp.FromMilliseconds(_time.GetUtcNow());
        var dropped = 0;
        if (batch.Undecodable is { } undecodable)
        {
            PutAside(batch, undecodable, _time.GetUtcNow());
        }

        _chunk.Clear();
        foreach (ref readonly var record in batch.Records.Span)
        {
            dropped += Decode(batch, record) ? 0 : 1;
            if (_chunk.Events.Count >= _eventsMax)
            {
                dropped += FilterChunk(batch, now);
            }
        }

        dropped += FilterChunk(batch, now);
        batch.Tally.Dropped += dropped;
        _metrics.BatchFiltered(dropped, _time.GetElapsedTime(started));
    }

    /// <summary>The batch as it stands in the queue is the letter: nobody can tell its records apart.</summary>
    private void PutAside(InFlightBatch batch, UndecodableBatch undecodable, DateTimeOffset now)
    {
        var record = new Record(
            undecodable.BaseOffset, now.ToUnixTimeMilliseconds(), null, undecodable.Bytes, 0, default);
        batch.AddDeadLetter(new DeadLetter(
            record, batch.Window.TopicPartition, DeadLetterStage.Decode, "kafka", undecodable.Reason)
        {
            TopicId = batch.Window.Identity.TopicId,
            Batch = new UndecodedBatch(
                undecodable.LastOffset, undecodable.Compression.ToString().ToLowerInvariant()),
        });
        _metrics.BatchUndecodable();
    }

    /// <summary>False where the record makes no event, as a blank text does to the codec json.</summary>
    private bool Decode(InFlightBatch batch, in Record record)
    {
        if (record.Value is null)
        {
            AddDeadLetter(batch, record, DeadLetterStage.Decode, "kafka", "the record has no value");
            return true;
        }

        var before = _chunk.Events.Count;
        try
        {
            batch.Decoder.Decode(record, batch.Window.TopicPartition, _chunk);
            if (Replay.TryRead(record, out var replay))
            {
                batch.AddReplay(record.Offset, replay);
            }

            batch.Tally.Made += Math.Max(0, _chunk.Events.Count - before - 1);
            return _chunk.Events.Count > before;
        }
        catch (Exception error)
        {
            // Whatever a codec makes of hostile bytes must not stop the partition.
            _chunk.Events.RemoveRange(before, _chunk.Events.Count - before);
            AddDeadLetter(batch, record, DeadLetterStage.Decode, "kafka", error.Message);
            return true;
        }
    }

    private int FilterChunk(InFlightBatch batch, EventTimestamp now)
    {
        if (_chunk.Events.Count == 0)
        {
            return 0;
        }

        _pipeline.Filter(_chunk);
        foreach (var failed in _chunk.Failed)
        {
            AddDeadLetter(batch, failed.Event, DeadLetterStage.Filter, failed.PluginId, failed.Reason);
        }

        foreach (var item in _chunk.Events)
        {
            Route(batch, item, now);
        }

        var dropped = _chunk.DroppedCount;
        batch.Tally.Made += _chunk.CreatedCount;
        _chunk.Clear();
        return dropped;
    }

    private void Route(InFlightBatch batch, Event item, EventTimestamp now)
    {
        if (!_pipeline.TryRoute(item, out var outputs, out var problem))
        {
            AddDeadLetter(batch, item, DeadLetterStage.Filter, "if", problem);
            return;
        }

        batch.EventCount += outputs.IsEmpty ? 0 : 1;
        batch.Tally.Unrouted += outputs.IsEmpty ? 1 : 0;
        var offset = item.Origin.Offset;
        var replay = batch.FindReplay(offset);
        var context = new EventContext(
            batch.Window.Identity, offset, replay?.Offset ?? offset, item.Origin.Part, now);
        for (var bits = outputs.Bits & MaskOf(replay); bits != 0; bits &= bits - 1)
        {
            var output = _outputs[BitOperations.TrailingZeroCount(bits)];
            var part = batch.GetOrCreatePart(output.Index, output);
            try
            {
                output.Encode(new EventView(item), context, part);
            }
            catch (Exception error)
            {
                // One event that cannot be written must not stop the others, nor be lost.
                part.Abandon();
                AddDeadLetter(batch, item, DeadLetterStage.Output, output.Name, error.Message);
            }
        }
    }

    /// <summary>
    /// The outputs that a replayed event goes to: the one that refused it, as the others have it; all where it came to
    /// none, or where that one has another name by now.
    /// </summary>
    private ulong MaskOf(Replay? replay)
    {
        ulong mask = 0;
        foreach (var output in _outputs)
        {
            mask |= replay?.Output == output.Name ? 1UL << output.Index : 0;
        }

        return mask == 0 ? ~0UL : mask;
    }

    private static void AddDeadLetter(
        InFlightBatch batch, Event item, DeadLetterStage stage, string plugin, string reason) =>
        AddDeadLetter(batch, batch.GetRecord(item.Origin.Offset), stage, plugin, reason);

    private static void AddDeadLetter(
        InFlightBatch batch, in Record record, DeadLetterStage stage, string plugin, string reason) =>
        batch.AddDeadLetter(new DeadLetter(record, batch.Window.TopicPartition, stage, plugin, reason)
        {
            TopicId = batch.Window.Identity.TopicId,
        });
}
