using System.Text;
using System.Text.Json;

namespace LogFlow.Processor.Pipeline;

/// <summary>Compares what came out of a pipeline with what a vector expects.</summary>
internal static class VectorComparer
{
    private static readonly FieldReference EventOriginal = FieldReference.Parse("[event][original]");

    /// <summary>The first difference as a sentence; null when there is none.</summary>
    public static string? Compare(TestVector vector, PipelineBatch batch)
    {
        if (batch.Failed.Count > 0)
        {
            return vector.IsDropped ? null : $"An event failed: {batch.Failed[0].Reason}";
        }
        var events = batch.Events;
        if (vector.IsDropped)
        {
            return events.Count == 0 ? null : $"No event should come out, but {Describe(events)} did.";
        }
        if (vector.Expected is not { } expected)
        {
            return null;
        }
        if (events.Count != expected.GetArrayLength())
        {
            return $"{expected.GetArrayLength()} events expected, {Describe(events)} came out.";
        }
        for (var i = 0; i < events.Count; i++)
        {
            if (CompareEvent(vector, expected[i], events[i], events.Count == 1) is { } difference)
            {
                return $"{difference}\nEvent: {events[i]}\nExpected: {expected[i].GetRawText()}";
            }
        }
        return null;
    }

    private static string? CompareEvent(TestVector vector, JsonElement expected, Event actual, bool isSingle)
    {
        foreach (var member in expected.EnumerateObject())
        {
            if (CompareMember(member, actual) is { } difference)
            {
                return difference;
            }
        }
        if (isSingle)
        {
            foreach (var field in vector.Absent)
            {
                if (actual.Contains(FieldReference.Parse(field)))
                {
                    return $"{field} should not exist.";
                }
            }
            if (vector.Tags is { } tags && CompareTags(tags, actual) is { } difference)
            {
                return difference;
            }
        }
        return vector.IsExact ? FindSurplus(expected, actual, isSingle) : null;
    }

    private static string? CompareMember(JsonProperty member, Event actual)
    {
        if (member.Name == "@metadata")
        {
            var metadata = actual.Metadata is { } map ? EventValue.Of(map) : EventValue.Missing;
            return Normal(metadata) == Normal(Read(member.Value)) ? null : "[@metadata] differs.";
        }
        var value = actual.Get(FieldReference.TopLevel(member.Name));
        var wanted = Read(member.Value);
        if (value.Kind == ValueKind.Timestamp || member.Name == "@timestamp")
        {
            return wanted.IsString && EventTimestamp.TryParse(wanted.Span, out var instant)
                && value.Kind == ValueKind.Timestamp && value.Timestamp == instant
                ? null
                : $"[{member.Name}] is {value}.";
        }
        return !value.IsMissing && Normal(value) == Normal(wanted) ? null
            : $"[{member.Name}] is {EventJson.ToJsonString(value)}.";
    }

    private static string? CompareTags(JsonElement expected, Event actual)
    {
        var value = actual.Get(FieldReference.Tags);
        var list = value.List ?? new EventList(value.IsNil ? [] : [value]);
        return Read(expected).List!.ContentEquals(list) ? null : $"[tags] is {EventJson.ToJsonString(value)}.";
    }

    private static string? FindSurplus(JsonElement expected, Event actual, bool isSingle)
    {
        for (var i = 0; i < actual.Fields.Count; i++)
        {
            var name = actual.Fields.NameAt(i);
            var isIgnored = name is "@timestamp" or "@version" || (isSingle && name == "tags")
                || (name == "event" && actual.Get(EventOriginal) is { IsMissing: false }
                    && actual.Fields.ValueAt(i).Map!.Count == 1);
            if (!isIgnored && !expected.TryGetProperty(name, out _))
            {
                return $"[{name}] should not exist.";
            }
        }
        return null;
    }

    // Instants inside of maps and lists are compared as texts.
    private static EventValue Normal(EventValue value) => Read(EventJson.ToJsonString(value));

    private static EventValue Read(JsonElement element) => Read(element.GetRawText());

    private static EventValue Read(string json) => JsonScanner.TryReadValue(Encoding.UTF8.GetBytes(json), out _);

    private static string Describe(List<Event> events) =>
        events.Count == 0 ? "none" : $"{events.Count} ({string.Join(", ", events.Take(3))})";
}
