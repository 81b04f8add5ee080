using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>Makes events of an input's records: its codec, its decoration, its common options.</summary>
internal sealed class RecordDecoder(
    ICodec codec, DecorateEvents decorate, string groupId, IReadOnlyList<string> tags, EventValue type)
{
    private static readonly FieldReference Topic = FieldReference.Parse("[@metadata][kafka][topic]");
    private static readonly FieldReference Group = FieldReference.Parse("[@metadata][kafka][consumer_group]");
    private static readonly FieldReference Partition = FieldReference.Parse("[@metadata][kafka][partition]");
    private static readonly FieldReference Offset = FieldReference.Parse("[@metadata][kafka][offset]");
    private static readonly FieldReference Key = FieldReference.Parse("[@metadata][kafka][key]");
    private static readonly FieldReference Timestamp = FieldReference.Parse("[@metadata][kafka][timestamp]");
    private static readonly FieldReference Headers = FieldReference.Parse("[@metadata][kafka][headers]");
    private static readonly FieldReference Type = FieldReference.Parse("type");

    private static readonly long TicksMax = (DateTime.MaxValue - DateTime.UnixEpoch).Ticks;

    /// <summary>
    /// Adds the record's events. An event without a time of its own gets the record's, so that processing a record
    /// again gives the same event.
    /// </summary>
    public void Decode(in Record record, TopicPartition source, PipelineBatch batch)
    {
        var events = batch.Events;
        var first = events.Count;
        codec.Decode(record.Value!.Value, TimeOf(record), batch);
        for (var index = first; index < events.Count; index++)
        {
            var item = events[index];
            item.Origin = new EventOrigin(source.Partition, record.Offset, index - first);
            if (decorate != DecorateEvents.None)
            {
                Decorate(item, record, source);
            }

            foreach (var tag in tags)
            {
                item.Tag(tag);
            }

            if (!type.IsMissing && !item.Contains(Type))
            {
                item.Set(Type, type);
            }
        }
    }

    private static EventTimestamp TimeOf(in Record record)
    {
        var ticks = Math.Clamp(record.TimestampMs, 0, TicksMax / TimeSpan.TicksPerMillisecond)
            * TimeSpan.TicksPerMillisecond;
        return new EventTimestamp(DateTime.UnixEpoch.Ticks + ticks);
    }

    private void Decorate(Event item, in Record record, TopicPartition source)
    {
        item.Set(Topic, EventValue.Of(source.Topic));
        item.Set(Group, EventValue.Of(groupId));
        item.Set(Partition, EventValue.Of(source.Partition));
        item.Set(Offset, EventValue.Of(record.Offset));
        item.Set(Timestamp, EventValue.Of(record.TimestampMs));
        if (record.Key is { } key)
        {
            item.Set(Key, EventValue.Of(Encoding.UTF8.GetString(key.Span)));
        }

        if (decorate != DecorateEvents.Extended)
        {
            return;
        }

        foreach (var header in record.Headers)
        {
            if (header.Value is { } value)
            {
                item.Set(
                    Headers.Child(Encoding.UTF8.GetString(header.Key.Span)),
                    EventValue.Of(Encoding.UTF8.GetString(value.Span)));
            }
        }
    }
}
