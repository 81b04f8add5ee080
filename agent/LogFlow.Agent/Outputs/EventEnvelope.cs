using System.Buffers;
using System.Text;
using System.Text.Json;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Agent;

/// <summary>
/// Writes an event with the <c>@metadata</c> that Beats send in front of it: Logstash's index names are made of it;
/// <c>_id</c> names the line, for whoever wants to drop repetitions.
/// <code>{"@metadata":{"beat":"…","type":"_doc","version":"…","_id":"…"[,the event's own]},…}</code>
/// </summary>
internal sealed class EventEnvelope
{
    private readonly byte[] _begin;

    /// <param name="beat">The events' <c>@metadata.beat</c>.</param>
    /// <param name="version">Their <c>@metadata.version</c>.</param>
    public EventEnvelope(string beat, string version) => _begin = Encoding.UTF8.GetBytes(
        $"{{\"@metadata\":{{\"beat\":\"{JsonEncodedText.Encode(beat)}\",\"type\":\"_doc\","
        + $"\"version\":\"{JsonEncodedText.Encode(version)}\",\"_id\":\"");

    private static ReadOnlySpan<byte> End => "\"},"u8;

    private static ReadOnlySpan<byte> OwnBegin => "\","u8;

    private static ReadOnlySpan<byte> OwnEnd => "},"u8;

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public int LengthOf(in Record record)
    {
        var split = EventSplit.Of(record.Value!.Value);
        var metadata = split.Metadata.IsEmpty ? End.Length : OwnBegin.Length + split.Metadata.Length + OwnEnd.Length;
        return _begin.Length + record.Key!.Value.Length + metadata + split.Head.Length + split.Rest.Length - 1;
    }

    /// <summary>Writes an event.</summary>
    public void Write(IBufferWriter<byte> destination, in Record record)
    {
        var split = EventSplit.Of(record.Value!.Value);
        destination.Write(_begin);
        destination.Write(record.Key!.Value.Span);
        if (split.Metadata.IsEmpty)
        {
            destination.Write(End);
            destination.Write(split.Rest.Span[1..]);
            return;
        }

        // What the event says of itself comes last, and so goes before what is said here.
        destination.Write(OwnBegin);
        destination.Write(split.Metadata.Span);
        destination.Write(OwnEnd);
        destination.Write(split.Head.Span[1..]);
        destination.Write(split.Rest.Span);
    }
}
