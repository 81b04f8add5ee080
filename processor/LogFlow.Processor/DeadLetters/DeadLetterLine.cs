using System.Buffers;
using System.Text;
using System.Text.Json;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Processor;

/// <summary>
/// One dead letter as a line of JSON: <c>topic</c>, <c>timestamp</c> (milliseconds, or null for now), <c>key</c> and
/// <c>value</c> (base64, or null), <c>headers</c> (pairs of name and base64, or null).
/// </summary>
internal static class DeadLetterLine
{
    public static void Write(Stream stream, in ProducerRecord letter)
    {
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("topic"u8, letter.Topic);
            writer.WritePropertyName("timestamp"u8);
            if (letter.TimestampMs is { } timestamp)
            {
                writer.WriteNumberValue(timestamp);
            }
            else
            {
                writer.WriteNullValue();
            }

            WriteBytes(writer, "key"u8, letter.Key);
            WriteBytes(writer, "value"u8, letter.Value);
            writer.WriteStartArray("headers"u8);
            foreach (var header in letter.Headers ?? [])
            {
                writer.WriteStartArray();
                writer.WriteStringValue(header.Key.Span);
                WriteBytes(writer, default, header.Value);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads a whole line; false at the end, or where the last line is torn.</summary>
    /// <exception cref="InvalidDataException">A whole line that is no dead letter.</exception>
    public static bool TryRead(Stream stream, out ProducerRecord letter, out long length)
    {
        letter = default;
        var line = new ArrayBufferWriter<byte>();
        for (var next = stream.ReadByte(); ; next = stream.ReadByte())
        {
            if (next < 0)
            {
                length = 0;
                return false;
            }

            if (next == '\n')
            {
                break;
            }

            line.GetSpan(1)[0] = (byte)next;
            line.Advance(1);
        }

        length = line.WrittenCount + 1;
        try
        {
            letter = Parse(line.WrittenMemory);
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException
            or FormatException)
        {
            throw new InvalidDataException($"a line is no dead letter: {error.Message}", error);
        }
    }

    private static ProducerRecord Parse(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var timestamp = root.GetProperty("timestamp");
        return new ProducerRecord
        {
            Topic = root.GetProperty("topic").GetString()!,
            TimestampMs = timestamp.ValueKind == JsonValueKind.Null ? null : timestamp.GetInt64(),
            Key = ReadBytes(root.GetProperty("key")),
            Value = ReadBytes(root.GetProperty("value")),
            Headers =
            [
                .. root.GetProperty("headers").EnumerateArray().Select(static header => new RecordHeader(
                    Encoding.UTF8.GetBytes(header[0].GetString()!), ReadBytes(header[1]))),
            ],
        };
    }

    private static void WriteBytes(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlyMemory<byte>? bytes)
    {
        if (!name.IsEmpty)
        {
            writer.WritePropertyName(name);
        }

        if (bytes is { } value)
        {
            writer.WriteBase64StringValue(value.Span);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static ReadOnlyMemory<byte>? ReadBytes(JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? (ReadOnlyMemory<byte>?)null : element.GetBytesFromBase64();
}
