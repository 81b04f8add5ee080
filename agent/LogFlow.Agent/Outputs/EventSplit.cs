using System.Text.Json;

namespace LogFlow.Agent;

/// <summary>
/// An event's JSON taken apart at its <c>@metadata</c>, which is about the event and not of it: Elasticsearch must not
/// get it, Lumberjack gets more of it. Where an event has one, it stands behind <c>@timestamp</c>, first of all.
/// </summary>
/// <param name="Head">What stands before it.</param>
/// <param name="Metadata">Its members, without braces; empty where there is none.</param>
/// <param name="Rest">What stands behind it.</param>
internal readonly record struct EventSplit(
    ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Rest)
{
    /// <summary>Bytes of <c>{"@timestamp":"…"</c>.</summary>
    private const int HeadLength = 16 + EventEncoder.TimestampLength;

    private static ReadOnlySpan<byte> Begin => ",\"@metadata\":{"u8;

    /// <summary>Takes an event apart; most have no metadata, and that is seen at once.</summary>
    public static EventSplit Of(ReadOnlyMemory<byte> json)
    {
        if (json.Length <= HeadLength || !json.Span[HeadLength..].StartsWith(Begin))
        {
            return new EventSplit(default, default, json);
        }

        var start = HeadLength + Begin.Length;
        var reader = new Utf8JsonReader(json.Span[(start - 1)..]);
        reader.Read();
        reader.Skip();
        var end = start - 1 + (int)reader.BytesConsumed;
        return new EventSplit(json[..HeadLength], json[start..(end - 1)], json[end..]);
    }

    /// <summary>A text of the metadata; null where there is none of that name.</summary>
    public string? Text(ReadOnlySpan<byte> name)
    {
        if (Metadata.IsEmpty)
        {
            return null;
        }

        // Without its braces: the members of an object follow a value's rules only within one.
        var bytes = new byte[Metadata.Length + 2];
        bytes[0] = (byte)'{';
        Metadata.Span.CopyTo(bytes.AsSpan(1));
        bytes[^1] = (byte)'}';
        var reader = new Utf8JsonReader(bytes);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt && reader.TokenType == JsonTokenType.String)
            {
                return reader.GetString();
            }

            reader.Skip();
        }

        return null;
    }
}
