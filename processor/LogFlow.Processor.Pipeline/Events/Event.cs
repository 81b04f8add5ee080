using System.Buffers;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// One log event: the original JSON bytes and an overlay of changes. Fields nobody touches are never decoded; they are
/// copied when the event is written.
/// </summary>
/// <remarks>
/// Not thread-safe. The memory given to <see cref="TryFromJson"/> must stay valid and unchanged while the event lives.
/// Unlike Logstash no <c>@version</c> is added.
/// </remarks>
public sealed partial class Event
{
    private const string TimestampFailureTag = "_timestampparsefailure";
    private const string TagsFailureTag = "_tagsparsefailure";

    // Maps that filters make hold a field or two; more make it grow.
    private const int NewMapCapacity = 2;

    private static readonly FieldSegment TimestampSegment = new("@timestamp");
    private static readonly FieldSegment TagsSegment = new("tags");
    private static readonly FieldSegment MetadataSegment = new("@metadata");
    private static readonly FieldSegment BadTimestampSegment = new("_@timestamp");
    private static readonly FieldSegment BadTagsSegment = new("_tags");
    private static readonly FieldSegment BadMetadataSegment = new("_@metadata");

    private readonly EventMap _root;
    private EventMap? _metadata;

    /// <summary>Creates an event without fields but <c>@timestamp</c>.</summary>
    public Event(EventTimestamp timestamp)
        : this(new EventMap(8)) => _root.Set(TimestampSegment, EventValue.Of(timestamp));

    private Event(EventMap root) => _root = root;

    /// <summary>The queue record this event came from.</summary>
    public EventOrigin Origin { get; set; }

    /// <summary>Whether the event was dropped.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary><c>[@timestamp]</c>; null when a filter removed it.</summary>
    public EventTimestamp? Timestamp
    {
        get => _root.Get(TimestampSegment) is { Kind: ValueKind.Timestamp } value ? value.Timestamp : null;
        set => _root.Set(TimestampSegment, value is { } timestamp ? EventValue.Of(timestamp) : EventValue.Null);
    }

    /// <summary>The value of a field; <see cref="EventValue.Missing"/> when there is none.</summary>
    public EventValue Get(FieldReference field)
    {
        var segments = field.Segments;
        EventValue value;
        if (field.IsMetadata)
        {
            value = _metadata is null ? EventValue.Missing : EventValue.Of(_metadata);
        }
        else
        {
            value = _root.Get(segments[0]);
        }
        for (var i = 1; i < segments.Length; i++)
        {
            value = Step(value, segments[i]);
        }
        return value;
    }

    /// <summary>Whether a field exists (it may be null).</summary>
    public bool Contains(FieldReference field) => !Get(field).IsMissing;

    /// <summary>Sets a field, creating the maps on the way.</summary>
    /// <exception cref="EventFieldException">Something on the way is neither map nor list, or the value is not allowed
    /// there.</exception>
    public void Set(FieldReference field, EventValue value)
    {
        var segments = field.Segments;
        if (segments.Length == 1)
        {
            SetTopLevel(segments[0], value);
            return;
        }
        if (field.IsMetadata)
        {
            SetBelow(_metadata ??= _root.NewChild(NewMapCapacity), segments, 1, value, field);
        }
        else
        {
            SetBelow(_root, segments, 0, value, field);
        }
    }

    /// <summary>Sets a field unless it has a value.</summary>
    /// <returns>False when it has one: <paramref name="existing"/>.</returns>
    internal bool TryAdd(FieldReference field, EventValue value, out EventValue existing)
    {
        var segments = field.Segments;
        if (segments.Length == 1)
        {
            return segments[0].Name is "tags" or "@timestamp" or "@metadata"
                ? TryAddByPath(field, value, out existing)
                : _root.TryAdd(segments[0], value, out existing);
        }
        var depth = 0;
        var map = _root;
        if (field.IsMetadata)
        {
            depth = 1;
            map = _metadata ??= _root.NewChild(NewMapCapacity);
        }
        for (; depth < segments.Length - 1; depth++)
        {
            var index = map.IndexOf(segments[depth]);
            var child = index < 0 ? EventValue.Missing : map.ValueAt(index);
            if (child.Map is { } next)
            {
                map = next;
            }
            else if (child.IsNil)
            {
                next = map.NewChild(NewMapCapacity);
                map.SetAt(index, segments[depth], EventValue.Of(next));
                map = next;
            }
            else
            {
                return TryAddByPath(field, value, out existing);
            }
        }
        return map.TryAdd(segments[depth], value, out existing);
    }

    private bool TryAddByPath(FieldReference field, EventValue value, out EventValue existing)
    {
        existing = Get(field);
        if (!existing.IsNil)
        {
            return false;
        }
        Set(field, value);
        return true;
    }

    /// <summary>Removes a field.</summary>
    /// <returns>The value it had; missing when there was none.</returns>
    public EventValue Remove(FieldReference field)
    {
        var segments = field.Segments;
        if (field.IsMetadata && segments.Length == 1)
        {
            var removed = _metadata;
            _metadata = null;
            return removed is null ? EventValue.Missing : EventValue.Of(removed);
        }
        if (segments.Length == 1)
        {
            return _root.Remove(segments[0]);
        }
        var parent = field.IsMetadata
            ? (_metadata is null ? EventValue.Missing : EventValue.Of(_metadata))
            : _root.Get(segments[0]);
        for (var i = 1; i < segments.Length - 1; i++)
        {
            parent = Step(parent, segments[i]);
        }
        if (parent.Map is { } map)
        {
            return map.Remove(segments[^1]);
        }
        if (parent.List is { } list && list.Resolve(segments[^1]) is >= 0 and var index)
        {
            var removed = list[index];
            list.RemoveAt(index);
            return removed;
        }
        return EventValue.Missing;
    }

    /// <summary>Adds a tag unless the event has it.</summary>
    public void Tag(string tag)
    {
        if (!HasTag(tag))
        {
            AddTag(tag);
        }
    }

    /// <summary>Whether <c>[tags]</c> holds a tag.</summary>
    public bool HasTag(string tag)
    {
        var tags = _root.Get(TagsSegment);
        if (tags.List is not { } list)
        {
            return tags.IsString && tags.Span.SequenceEqual(tag);
        }
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].IsString && list[i].Span.SequenceEqual(tag))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Adds a tag even if the event has it already, as Logstash's <c>add_tag</c> does.</summary>
    public void AddTag(string tag)
    {
        var tags = _root.Get(TagsSegment);
        if (tags.List is { } list)
        {
            list.Add(EventValue.Of(tag));
            return;
        }
        list = new EventList();
        if (tags.IsString)
        {
            list.Add(tags);
        }
        list.Add(EventValue.Of(tag));
        _root.Set(TagsSegment, EventValue.Of(list));
    }

    /// <summary>Removes a tag; <c>[tags]</c> goes when it was the last.</summary>
    public void RemoveTag(string tag)
    {
        var tags = _root.Get(TagsSegment);
        if (tags.IsString && tags.Span.SequenceEqual(tag))
        {
            _root.Remove(TagsSegment);
        }
        if (tags.List is not { } list)
        {
            return;
        }
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (list[i].IsString && list[i].Span.SequenceEqual(tag))
            {
                list.RemoveAt(i);
            }
        }
        if (list.Count == 0)
        {
            _root.Remove(TagsSegment);
        }
    }

    /// <summary>Drops the event.</summary>
    public void Cancel() => IsCancelled = true;

    /// <summary>A copy that shares nothing mutable, with the same origin.</summary>
    public Event Clone() => new(_root.DeepClone()) { _metadata = _metadata?.DeepClone(), Origin = Origin };

    /// <summary>All fields but <c>[@metadata]</c>; by reference.</summary>
    public EventMap Fields => _root;

    /// <summary><c>[@metadata]</c>; null when there is none.</summary>
    public EventMap? Metadata => _metadata;

    /// <summary>All fields but <c>[@metadata]</c> as a value; by reference.</summary>
    public EventValue ToValue() => EventValue.Of(_root);

    /// <summary>
    /// Writes the event as one JSON object in UTF-8, without <c>[@metadata]</c> and without a line end.
    /// </summary>
    public void WriteJson(IBufferWriter<byte> output) => EventJson.WriteMap(output, _root);

    /// <summary>The same with fields that are not the event's; it stays as it is.</summary>
    /// <param name="output">Takes the JSON.</param>
    /// <param name="additions">Those of one parent stand next to each other.</param>
    /// <exception cref="EventFieldException">A parent has another value than a map.</exception>
    public void WriteJson(IBufferWriter<byte> output, ReadOnlySpan<EventAddition> additions) =>
        EventJson.WriteMap(output, _root, additions);

    /// <inheritdoc/>
    public override string ToString() => EventJson.ToJsonString(ToValue());

    private static EventValue Step(EventValue parent, FieldSegment segment)
    {
        if (parent.Map is { } map)
        {
            return map.Get(segment);
        }
        return parent.List is { } list && list.Resolve(segment) is >= 0 and var index ? list[index]
            : EventValue.Missing;
    }

    private static void SetBelow(
        EventMap map, ReadOnlySpan<FieldSegment> segments, int depth, EventValue value, FieldReference field)
    {
        for (; depth < segments.Length - 1; depth++)
        {
            var index = map.IndexOf(segments[depth]);
            var child = index < 0 ? EventValue.Missing : map.ValueAt(index);
            if (child.List is { } list)
            {
                SetInList(list, segments, depth + 1, value, field);
                return;
            }
            map = child.Map ?? CreateChild(map, index, segments[depth], child, field);
        }
        map.Set(segments[depth], value);
    }

    private static void SetInList(
        EventList list, ReadOnlySpan<FieldSegment> segments, int depth, EventValue value, FieldReference field)
    {
        const int PaddingMax = 10_000;
        var segment = segments[depth];
        var index = segment.Index < 0 ? list.Count + segment.Index : segment.Index;
        if (!segment.IsIndex || index < 0 || index > list.Count + PaddingMax)
        {
            throw new EventFieldException($"{field.Text} cannot be set: '{segment.Name}' is not an index of the list.");
        }
        while (list.Count <= index)
        {
            list.Add(EventValue.Null);
        }
        if (depth == segments.Length - 1)
        {
            list[index] = value.IsMissing ? EventValue.Null : value;
            return;
        }
        var item = list[index];
        if (item.List is { } inner)
        {
            SetInList(inner, segments, depth + 1, value, field);
            return;
        }
        if (!item.IsNil && item.Map is null)
        {
            throw NotAContainer(segment, item, field);
        }
        var map = item.Map ?? new EventMap();
        list[index] = EventValue.Of(map);
        SetBelow(map, segments, depth + 1, value, field);
    }

    private static EventMap CreateChild(
        EventMap map, int index, FieldSegment segment, EventValue existing, FieldReference field)
    {
        if (!existing.IsNil)
        {
            throw NotAContainer(segment, existing, field);
        }
        var child = map.NewChild(NewMapCapacity);
        map.SetAt(index, segment, EventValue.Of(child));
        return child;
    }

    private static EventFieldException NotAContainer(FieldSegment segment, EventValue existing, FieldReference field) =>
        new($"{field.Text} cannot be set: [{segment.Name}] is a {existing.Kind}, not a map.");

    private void SetTopLevel(FieldSegment segment, EventValue value)
    {
        switch (segment.Name)
        {
            case "@timestamp":
                _root.Set(segment, ToTimestamp(value));
                break;
            case "@metadata":
                _metadata = value.Map ?? throw new EventFieldException("[@metadata] can only be set to a map.");
                break;
            case "tags" when !AreTags(value):
                RejectTags(value);
                break;
            default:
                _root.Set(segment, value);
                break;
        }
    }

    private static EventValue ToTimestamp(EventValue value)
    {
        if (value.Kind == ValueKind.Timestamp)
        {
            return value;
        }
        if (value.IsString && EventTimestamp.TryParse(value.Span, out var timestamp))
        {
            return EventValue.Of(timestamp);
        }
        throw new EventFieldException($"[@timestamp] cannot be set to '{value.ToText()}': it is not an instant.");
    }

    private static bool AreTags(EventValue value)
    {
        if (value.IsString || value.IsNil)
        {
            return true;
        }
        if (value.List is not { } list)
        {
            return false;
        }
        for (var i = 0; i < list.Count; i++)
        {
            if (!list[i].IsString)
            {
                return false;
            }
        }
        return true;
    }

    private void RejectTags(EventValue value)
    {
        _root.Set(BadTagsSegment, value);
        _root.Remove(TagsSegment);
        AddTag(TagsFailureTag);
    }
}
