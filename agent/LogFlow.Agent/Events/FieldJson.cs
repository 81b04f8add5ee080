using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LogFlow.Agent;

/// <summary>Events to JSON and JSON to fields.</summary>
internal static class FieldJson
{
    private const int DepthMax = 64;

    /// <summary>How events are written: only what has to be escaped is.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes an event; fields that are null are left out unless they are to be kept.</summary>
    public static void Write(Utf8JsonWriter writer, AgentEvent @event, bool keepsNull)
    {
        Span<byte> time = stackalloc byte[EventEncoder.TimestampLength];
        EventEncoder.FormatTimestamp(@event.Timestamp, time);
        writer.WriteStartObject();
        writer.WriteString("@timestamp"u8, time);
        if (@event.Metadata is { Count: > 0 } metadata)
        {
            writer.WritePropertyName("@metadata"u8);
            Write(writer, metadata, keepsNull);
        }

        WriteMembers(writer, @event.Fields, keepsNull);
        writer.WriteEndObject();
    }

    /// <summary>Writes a value.</summary>
    public static void Write(Utf8JsonWriter writer, object? value, bool keepsNull = true)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case EventObject nested:
                writer.WriteStartObject();
                WriteMembers(writer, nested, keepsNull);
                writer.WriteEndObject();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case JsonNumber number:
                writer.WriteRawValue(number.Text, skipInputValidation: true);
                break;
            case List<object?> list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    Write(writer, item, keepsNull);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    /// <summary>A value as JSON text.</summary>
    public static string ToText(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            Write(writer, value);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads one JSON value that fills the text; <paramref name="problem"/> says why it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out object? value, out string? problem)
    {
        value = null;
        problem = null;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DepthMax });
            if (!reader.Read())
            {
                problem = "it is empty";
                return false;
            }

            value = Read(ref reader);
            if (reader.Read())
            {
                problem = "something follows it";
                return false;
            }

            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            problem = error.Message;
            return false;
        }
    }

    /// <summary>Reads an event that <see cref="Write(Utf8JsonWriter, AgentEvent, bool)"/> or an encoder made.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static AgentEvent ReadEvent(ReadOnlySpan<byte> json)
    {
        if (!TryRead(json, out var value, out var problem) || value is not EventObject members)
        {
            throw new JsonException($"an event is a JSON object: {problem ?? "this is none"}");
        }

        var @event = new AgentEvent(new EventObject(members.Count), DateTimeOffset.UnixEpoch);
        for (var index = 0; index < members.Count; index++)
        {
            switch (members.NameAt(index))
            {
                case "@timestamp":
                    @event.Put("@timestamp", members.ValueAt(index));
                    break;
                case "@metadata" when members.ValueAt(index) is EventObject metadata:
                    for (var place = 0; place < metadata.Count; place++)
                    {
                        @event.OwnMetadata.Set(metadata.NameAt(place), metadata.ValueAt(place));
                    }

                    break;
                default:
                    @event.Fields.Set(members.NameAt(index), members.ValueAt(index));
                    break;
            }
        }

        return @event;
    }

    private static object? Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var nested = new EventObject();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    nested.Set(name, Read(ref reader));
                }

                return nested;
            case JsonTokenType.StartArray:
                var list = new List<object?>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Add(Read(ref reader));
                }

                return list;
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var whole)
                    ? whole
                    : new JsonNumber(Encoding.ASCII.GetString(reader.ValueSpan));
            default:
                return null;
        }
    }

    private static void WriteMembers(Utf8JsonWriter writer, EventObject fields, bool keepsNull)
    {
        for (var index = 0; index < fields.Count; index++)
        {
            var value = fields.ValueAt(index);
            if (value is null && !keepsNull)
            {
                continue;
            }

            writer.WritePropertyName(fields.NameAt(index));
            Write(writer, value, keepsNull);
        }
    }
}
