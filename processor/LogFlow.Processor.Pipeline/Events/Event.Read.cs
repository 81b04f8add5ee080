using System.Diagnostics.CodeAnalysis;

namespace LogFlow.Processor.Pipeline;

/// <content>Reading an event, and what it must hold to be one.</content>
public sealed partial class Event
{
    /// <summary>Reads an event from a JSON object. Invalid UTF-8 becomes U+FFFD.</summary>
    /// <param name="json">One JSON object.</param>
    /// <param name="now">What <c>@timestamp</c> is when the object has none.</param>
    /// <param name="result">The event.</param>
    /// <param name="error">Why the text is not a JSON object.</param>
    public static bool TryFromJson(
        ReadOnlyMemory<byte> json,
        EventTimestamp now,
        [NotNullWhen(true)] out Event? result,
        [NotNullWhen(false)] out string? error) => TryFromPooledJson(json, now, pool: null, out result, out error);

    /// <summary>The same; its maps come from a pool, and the event may be used until they are taken back.</summary>
    internal static bool TryFromPooledJson(
        ReadOnlyMemory<byte> json,
        EventTimestamp now,
        EventPool? pool,
        [NotNullWhen(true)] out Event? result,
        [NotNullWhen(false)] out string? error)
    {
        var root = JsonScanner.TryReadObject(JsonScanner.EnsureUtf8(json), pool, out error);
        if (root is null)
        {
            error ??= "not JSON";
            result = null;
            return false;
        }
        error = null;
        result = FromMap(root, now);
        return true;
    }

    /// <summary>Reads an event from a JSON object.</summary>
    /// <exception cref="FormatException">The text is not a JSON object.</exception>
    public static Event FromJson(ReadOnlyMemory<byte> json, EventTimestamp now) =>
        TryFromJson(json, now, out var result, out var error) ? result : throw new FormatException(error);

    /// <summary>Makes an event of a map, which it then owns.</summary>
    public static Event FromMap(EventMap root, EventTimestamp now)
    {
        var result = new Event(root);
        result.TakeMetadata();
        result.CheckTimestamp(now);
        result.CheckTags();
        return result;
    }

    private void TakeMetadata()
    {
        if (!_root.Contains(MetadataSegment))
        {
            return;
        }
        var value = _root.Remove(MetadataSegment);
        if (value.Map is { } map)
        {
            _metadata = map;
        }
        else
        {
            _root.Set(BadMetadataSegment, value);
        }
    }

    private void CheckTags()
    {
        var index = _root.IndexOf(TagsSegment);
        if (index >= 0 && _root.ValueAt(index) is var tags && !AreTags(tags))
        {
            RejectTags(tags);
        }
    }

    private void CheckTimestamp(EventTimestamp now)
    {
        var index = _root.IndexOf(TimestampSegment);
        if (index < 0)
        {
            _root.Set(TimestampSegment, EventValue.Of(now));
            return;
        }
        ref readonly var member = ref _root.Members[index];
        if (member.ValueOffset < 0)
        {
            CheckDecodedTimestamp(member.Value, now);
            return;
        }
        var raw = _root.Source.Span.Slice(member.ValueOffset, member.ValueLength);
        if (raw.Length > 2 && raw[0] == '"' && EventTimestamp.TryParse(raw[1..^1], out var timestamp))
        {
            // The form every index understands is kept as it is, with all its digits.
            if (raw[11] == 'T' && raw[20] != ',' && raw[^2] == 'Z')
            {
                _root.CacheValue(index, EventValue.Of(timestamp));
            }
            else
            {
                _root.Set(TimestampSegment, EventValue.Of(timestamp));
            }
            return;
        }
        CheckDecodedTimestamp(_root.ValueAt(index), now);
    }

    private void CheckDecodedTimestamp(EventValue value, EventTimestamp now)
    {
        if (value.Kind == ValueKind.Timestamp)
        {
            return;
        }
        if (value.IsString && EventTimestamp.TryParse(value.Span, out var timestamp))
        {
            _root.Set(TimestampSegment, EventValue.Of(timestamp));
            return;
        }
        _root.Set(TimestampSegment, EventValue.Of(now));
        _root.Set(BadTimestampSegment, value);
        AddTag(TimestampFailureTag);
    }
}
