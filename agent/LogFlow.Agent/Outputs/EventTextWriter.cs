using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Agent;

/// <summary>Writes events as an output's <c>codec</c> says: JSON with metadata, pretty or not, or a format.</summary>
internal sealed class EventTextWriter
{
    private readonly EventEnvelope _envelope;
    private readonly FormatString? _format;
    private readonly bool _isPretty;

    public EventTextWriter(TextCodecConfig codec, string beat, AgentIdentity identity)
    {
        _envelope = new EventEnvelope(beat, identity.Version);
        _format = codec.Format.Length > 0
            ? FormatString.Parse(codec.Format, BulkDestinations.KnownFields(identity))
            : null;
        _isPretty = codec.Pretty;
    }

    /// <summary>Writes one event, without a line end. A field that is missing in a format is empty.</summary>
    public void Write(ArrayBufferWriter<byte> destination, in Record record)
    {
        if (_format is not null)
        {
            destination.Write(Encoding.UTF8.GetBytes(_format.FormatLeniently(record.Value!.Value.Span)));
        }
        else if (_isPretty)
        {
            var json = new ArrayBufferWriter<byte>();
            _envelope.Write(json, record);
            using var document = JsonDocument.Parse(json.WrittenMemory);
            using var writer = new Utf8JsonWriter(destination, new JsonWriterOptions
            {
                Indented = true,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            });
            document.WriteTo(writer);
        }
        else
        {
            _envelope.Write(destination, record);
        }
    }
}
