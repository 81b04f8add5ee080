using System.Globalization;

namespace LogFlow.Agent;

/// <summary>An event that parsers made or processors change, before it is encoded.</summary>
internal sealed class AgentEvent(EventObject fields, DateTimeOffset timestamp)
{
    /// <summary>The name of the field that holds the line.</summary>
    public const string MessageField = "message";

    private const string TimestampField = "@timestamp";
    private const string MetadataField = "@metadata";
    private const string MetadataPrefix = MetadataField + ".";

    /// <summary>All fields but <c>@timestamp</c> and <c>@metadata</c>.</summary>
    public EventObject Fields { get; } = fields;

    /// <summary>When it happened, as far as known; else when it was read.</summary>
    public DateTimeOffset Timestamp { get; set; } = timestamp;

    /// <summary><c>@metadata</c>: about the event, not of it; null where there is none.</summary>
    public EventObject? Metadata { get; private set; }

    /// <summary><c>@metadata</c>, made where there is none.</summary>
    public EventObject OwnMetadata => Metadata ??= new EventObject(4);

    /// <summary>Why it was dropped, or not: processors that drop set it.</summary>
    public bool IsDropped { get; set; }

    /// <summary>Looks for a field by its dotted name.</summary>
    public bool TryGet(string path, out object? value)
    {
        if (!path.StartsWith('@'))
        {
            return EventPath.TryGet(Fields, path, out value);
        }

        value = null;
        switch (path)
        {
            case TimestampField:
                value = FormatTime(Timestamp);
                return true;
            case MetadataField:
                value = Metadata;
                return Metadata is not null;
            default:
                return path.StartsWith(MetadataPrefix, StringComparison.Ordinal)
                    ? Metadata is not null && EventPath.TryGet(Metadata, path[MetadataPrefix.Length..], out value)
                    : EventPath.TryGet(Fields, path, out value);
        }
    }

    /// <summary>A field's value, or null.</summary>
    public object? Get(string path) => TryGet(path, out var value) ? value : null;

    /// <summary>A field's text, or null where it is none.</summary>
    public string? Text(string path) => Get(path) as string;

    /// <summary>Sets a field.</summary>
    public void Put(string path, object? value)
    {
        if (path == TimestampField)
        {
            if (value is string text && TryParseTime(text, out var time))
            {
                Timestamp = time;
            }
        }
        else if (path.StartsWith(MetadataPrefix, StringComparison.Ordinal))
        {
            EventPath.Put(OwnMetadata, path[MetadataPrefix.Length..], value);
        }
        else
        {
            EventPath.Put(Fields, path, value);
        }
    }

    /// <summary>Takes a field away.</summary>
    public bool Remove(string path) => path.StartsWith(MetadataPrefix, StringComparison.Ordinal)
        ? Metadata is not null && EventPath.Remove(Metadata, path[MetadataPrefix.Length..])
        : EventPath.Remove(Fields, path);

    /// <summary>Adds a text to a field that holds one or several; nothing twice.</summary>
    public void Append(string path, string text)
    {
        var values = Get(path) switch
        {
            null => new List<object?>(),
            List<object?> list => [.. list],
            var one => [one],
        };
        if (!values.Contains(text))
        {
            values.Add(text);
        }

        Put(path, values);
    }

    /// <summary>Notes that something went wrong with it, in <c>error.message</c>.</summary>
    public void AddError(string message, string type = "")
    {
        Append("error.message", message);
        if (Get("error.message") is List<object?> { Count: 1 } only)
        {
            Put("error.message", only[0]);
        }

        if (type.Length > 0)
        {
            Put("error.type", type);
        }
    }

    /// <summary>A time as events have it.</summary>
    public static string FormatTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads a time as RFC 3339 or ISO 8601 write it.</summary>
    public static bool TryParseTime(string text, out DateTimeOffset time)
    {
        time = default;
        return text.Length >= 10
            && char.IsAsciiDigit(text[0])
            && text[4] == '-'
            && DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }
}
