using System.Collections.Concurrent;
using System.Text;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>
/// Chooses the data stream <c>type-dataset-namespace</c> of an event, and what is written with it there.
/// The event's own <c>[data_stream][...]</c> fields come first (Logstash <c>data_stream_auto_routing</c>), then, where
/// the dataset is not configured, <c>[event][dataset]</c>; what is no valid part is made one.
/// </summary>
internal sealed class DocumentTarget
{
    /// <summary>Names beyond this are not remembered: they come from the data.</summary>
    private const int CachedNamesMax = 1000;

    private static readonly FieldReference TypeField = FieldReference.Parse("[data_stream][type]");
    private static readonly FieldReference DatasetField = FieldReference.Parse("[data_stream][dataset]");
    private static readonly FieldReference NamespaceField = FieldReference.Parse("[data_stream][namespace]");
    private static readonly FieldReference EventDatasetField = FieldReference.Parse("[event][dataset]");
    private static readonly FieldReference IngestedField = FieldReference.Parse("[event][ingested]");

    private readonly DataStreamOptions _options;
    private readonly ConcurrentDictionary<string, Name> _byDataset = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Name>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public DocumentTarget(DataStreamOptions options)
    {
        _options = options;
        _lookup = _byDataset.GetAlternateLookup<ReadOnlySpan<char>>();
        Default = Make(options.Type, options.Dataset, options.Namespace);
    }

    /// <summary>The data stream of events that name none.</summary>
    public Name Default { get; }

    /// <summary>
    /// Writes the document: the event, the <c>data_stream</c> fields as they agree with its target, and
    /// <c>[event][ingested]</c> (unless <c>[event]</c> is something else than a map).
    /// </summary>
    public void WriteDocument(EventView item, Name target, EventTimestamp now, BulkPart part)
    {
        var additions = part.Additions;
        additions[0] = new EventAddition(IngestedField, EventValue.Of(now), isOptional: true);
        var count = 1;
        if (_options.SyncFields)
        {
            additions[1] = new EventAddition(TypeField, target.Type);
            additions[2] = new EventAddition(DatasetField, target.Dataset);
            additions[3] = new EventAddition(NamespaceField, target.Namespace);
            count = 4;
        }

        item.WriteJson(part.Request, additions.AsSpan(0, count));
    }

    /// <summary>The event's data stream.</summary>
    public Name Choose(EventView item)
    {
        var type = _options.AutoRouting ? item.Get(TypeField) : EventValue.Missing;
        var dataset = _options.AutoRouting ? item.Get(DatasetField) : EventValue.Missing;
        var space = _options.AutoRouting ? item.Get(NamespaceField) : EventValue.Missing;
        if (!dataset.IsString && _options.DatasetFromEvent)
        {
            dataset = item.Get(EventDatasetField);
        }

        if (!type.IsString && !space.IsString)
        {
            return dataset.IsString ? ForDataset(dataset.Span) : Default;
        }

        return Make(
            type.IsString ? type.AsString() : _options.Type,
            dataset.IsString ? dataset.AsString() : _options.Dataset,
            space.IsString ? space.AsString() : _options.Namespace);
    }

    private Name ForDataset(ReadOnlySpan<char> dataset)
    {
        if (_lookup.TryGetValue(dataset, out var name))
        {
            return name;
        }

        name = Make(_options.Type, dataset.ToString(), _options.Namespace);
        if (_byDataset.Count < CachedNamesMax)
        {
            _lookup[dataset] = name;
        }

        return name;
    }

    private static Name Make(string type, string dataset, string space)
    {
        type = IndexName.SanitizePart(type);
        dataset = IndexName.SanitizePart(dataset);
        space = IndexName.SanitizePart(space);
        return new Name(
            Encoding.UTF8.GetBytes($"{type}-{dataset}-{space}"),
            EventValue.Of(type),
            EventValue.Of(dataset),
            EventValue.Of(space));
    }

    /// <summary>A data stream's name and its parts.</summary>
    public sealed record Name(byte[] Utf8, EventValue Type, EventValue Dataset, EventValue Namespace)
    {
        public override string ToString() => Encoding.UTF8.GetString(Utf8);
    }
}
