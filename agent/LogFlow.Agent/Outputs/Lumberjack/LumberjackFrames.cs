using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Agent;

/// <summary>
/// Builds a window of Lumberjack 2; all numbers are big-endian.
/// <code>
/// window      '2' 'W' count u32
/// event       '2' 'J' sequence u32 (from 1 in each window), length u32, JSON
/// compressed  '2' 'C' length u32, zlib: event frames
/// </code>
/// Events get <c>@metadata</c> in front, as Beats send it: Logstash's index names are made of it; <c>_id</c> names the
/// line, for whoever wants to drop repetitions behind Logstash.
/// </summary>
internal sealed class LumberjackFrames
{
    /// <summary>The version byte before each frame.</summary>
    public const byte Version = (byte)'2';

    private const int HeaderLength = 6;
    private const int EventHeaderLength = 10;

    private readonly byte[] _metadata;
    private readonly CompressionLevel? _zlib;

    /// <param name="beat">The events' <c>@metadata.beat</c>.</param>
    /// <param name="version">Their <c>@metadata.version</c>.</param>
    /// <param name="compressionLevel">0: none.</param>
    public LumberjackFrames(string beat, string version, int compressionLevel)
    {
        _metadata = Encoding.UTF8.GetBytes(
            $"{{\"@metadata\":{{\"beat\":\"{JsonEncodedText.Encode(beat)}\",\"type\":\"_doc\","
            + $"\"version\":\"{JsonEncodedText.Encode(version)}\",\"_id\":\"");
        _zlib = compressionLevel switch
        {
            <= 0 => null,
            < 5 => CompressionLevel.Fastest,
            < 8 => CompressionLevel.Optimal,
            _ => CompressionLevel.SmallestSize,
        };
    }

    /// <summary>Writes a window of some events.</summary>
    public void Write(ArrayBufferWriter<byte> destination, ReadOnlySpan<Record> events)
    {
        var header = destination.GetSpan(HeaderLength);
        header[0] = Version;
        header[1] = (byte)'W';
        BinaryPrimitives.WriteInt32BigEndian(header[2..], events.Length);
        destination.Advance(HeaderLength);
        if (_zlib is not { } level)
        {
            for (var index = 0; index < events.Length; index++)
            {
                WriteEvent(destination, index + 1, events[index]);
            }

            return;
        }

        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, level, leaveOpen: true))
        {
            var frame = new ArrayBufferWriter<byte>();
            for (var index = 0; index < events.Length; index++)
            {
                frame.ResetWrittenCount();
                WriteEvent(frame, index + 1, events[index]);
                zlib.Write(frame.WrittenSpan);
            }
        }

        header = destination.GetSpan(HeaderLength);
        header[0] = Version;
        header[1] = (byte)'C';
        BinaryPrimitives.WriteInt32BigEndian(header[2..], (int)compressed.Length);
        destination.Advance(HeaderLength);
        destination.Write(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
    }

    private void WriteEvent(ArrayBufferWriter<byte> destination, int sequence, in Record record)
    {
        var id = record.Key!.Value.Span;
        var json = record.Value!.Value.Span;
        var hasOwn = json.StartsWith("{\"@metadata\""u8);
        var length = hasOwn ? json.Length : _metadata.Length + id.Length + MetadataEnd.Length + json.Length - 1;
        var header = destination.GetSpan(EventHeaderLength);
        header[0] = Version;
        header[1] = (byte)'J';
        BinaryPrimitives.WriteInt32BigEndian(header[2..], sequence);
        BinaryPrimitives.WriteInt32BigEndian(header[6..], length);
        destination.Advance(EventHeaderLength);
        if (hasOwn)
        {
            destination.Write(json);
            return;
        }

        destination.Write(_metadata);
        destination.Write(id);
        destination.Write(MetadataEnd);
        destination.Write(json[1..]);
    }

    private static ReadOnlySpan<byte> MetadataEnd => "\"},"u8;
}
