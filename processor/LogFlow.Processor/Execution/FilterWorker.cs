using System.Numerics;
using LogFlow.Processor.DeadLetters;
using LogFlow.Processor.Outputs;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor.Execution;

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
        _chunk.Clear();
        foreach (ref readonly var record in batch.Records.Span)
        {
            Decode(batch, record);
            if (_chunk.Events.Count >= _eventsMax)
            {
                dropped += FilterChunk(batch, now);
            }
        }

        dropped += FilterChunk(batch, now);
        _metrics.BatchFiltered(dropped, _time.GetElapsedTime(started));
    }

    private void Decode(InFlightBatch batch, in LogFlow.Kafka.Protocol.Records.Record record)
    {
        if (record.Value is null)
        {
            batch.AddDeadLetter(new DeadLetter(
                record, batch.Window.TopicPartition, DeadLetterStage.Decode, "kafka", "the record has no value"));
            return;
        }

        var before = _chunk.Events.Count;
        try
        {
            batch.Decoder.Decode(record, batch.Window.TopicPartition, _chunk.Events);
        }
        catch (Exception error)
        {
            // Whatever a codec makes of hostile bytes must not stop the partition.
            _chunk.Events.RemoveRange(before, _chunk.Events.Count - before);
            batch.AddDeadLetter(new DeadLetter(
                record, batch.Window.TopicPartition, DeadLetterStage.Decode, "kafka", error.Message));
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
        var context = new EventContext(batch.Window.Identity, item.Origin.Offset, item.Origin.Part, now);
        for (var bits = outputs.Bits; bits != 0; bits &= bits - 1)
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

    private static void AddDeadLetter(
        InFlightBatch batch, Event item, DeadLetterStage stage, string plugin, string reason) =>
        batch.AddDeadLetter(new DeadLetter(
            batch.GetRecord(item.Origin.Offset), batch.Window.TopicPartition, stage, plugin, reason));
}
