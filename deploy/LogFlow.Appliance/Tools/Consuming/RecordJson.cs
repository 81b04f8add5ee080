using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>
/// Prints a record as a JSON object on a line: topic, partition, offset, timestamp, key, value and headers. Bytes that
/// are not UTF-8 stand in base64 under a name that says so: <c>key_base64</c>, <c>value_base64</c>.
/// </summary>
internal sealed class RecordJson : IRecordWriter, IDisposable
{
    private static readonly long TimestampMsMax = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;

    public RecordJson() => _json = new Utf8JsonWriter(
        _buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <inheritdoc/>
    public void Write(TopicPartition partition, in Record record, IBufferWriter<byte> output)
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("topic"u8, partition.Topic);
        _json.WriteNumber("partition"u8, partition.Partition);
        _json.WriteNumber("offset"u8, record.Offset);
        if (record.TimestampMs >= 0 && record.TimestampMs <= TimestampMsMax)
        {
            _json.WriteString("timestamp"u8, DateTimeOffset.FromUnixTimeMilliseconds(record.TimestampMs).UtcDateTime);
        }
        else
        {
            _json.WriteNull("timestamp"u8);
        }

        WriteBytes("key"u8, "key_base64"u8, record.Key);
        WriteBytes("value"u8, "value_base64"u8, record.Value);
        _json.WriteStartArray("headers"u8);
        foreach (var header in record.Headers)
        {
            _json.WriteStartObject();
            WriteBytes("key"u8, "key_base64"u8, header.Key);
            WriteBytes("value"u8, "value_base64"u8, header.Value);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        output.Write(_buffer.WrittenSpan);
        output.Write("\n"u8);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void WriteBytes(ReadOnlySpan<byte> name, ReadOnlySpan<byte> base64Name, ReadOnlyMemory<byte>? bytes)
    {
        if (bytes is not { } known)
        {
            _json.WriteNull(name);
        }
        else if (Utf8.IsValid(known.Span))
        {
            _json.WriteString(name, known.Span);
        }
        else
        {
            _json.WriteBase64String(base64Name, known.Span);
        }
    }
}
