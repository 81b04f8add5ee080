using System.Buffers.Binary;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <summary>
/// One atomic set of changes in a state file:
/// <code>
///  0  4  magic "LFSF": damage is followed by a search for the next frame
///  4  4  payload length
///  8  4  CRC-32C of the payload
/// 12  4  number of changes
/// 16     per change: key length int32, key, value length int32 (-1: removed), value
/// </code>
/// The payload begins with the number of changes.
/// </summary>
internal static class StateFrame
{
    public const int HeaderSize = 12;
    private const int PayloadLengthMax = 256 << 20;

    public static ReadOnlySpan<byte> Magic => "LFSF"u8;

    /// <summary>Encodes changes into pooled memory.</summary>
    public static PooledBuffer Encode(ReadOnlySpan<StateChange> changes)
    {
        long size = HeaderSize + sizeof(int);
        foreach (ref readonly var change in changes)
        {
            size += sizeof(int) + change.Key.Length + sizeof(int) + (change.Value?.Length ?? 0);
        }

        if (size > PayloadLengthMax)
        {
            throw new ArgumentException($"state changes of {size} bytes exceed {PayloadLengthMax}", nameof(changes));
        }

        var buffer = PooledBuffer.Rent((int)size);
        var span = buffer.Span;
        Magic.CopyTo(span);
        BinaryPrimitives.WriteInt32BigEndian(span[HeaderSize..], changes.Length);
        var position = HeaderSize + sizeof(int);
        foreach (ref readonly var change in changes)
        {
            position = WriteBytes(span, position, change.Key.Span, change.Key.Length);
            position = change.Value is { } value
                ? WriteBytes(span, position, value.Span, value.Length)
                : WriteBytes(span, position, [], -1);
        }

        BinaryPrimitives.WriteInt32BigEndian(span[4..], position - HeaderSize);
        BinaryPrimitives.WriteUInt32BigEndian(span[8..], Crc32C.Compute(span[HeaderSize..]));
        return buffer;
    }

    /// <summary>The size of the whole, valid frame that the bytes start with; 0 where there is none.</summary>
    public static int Check(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + sizeof(int) || !bytes.StartsWith(Magic))
        {
            return 0;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[4..]);
        return length >= sizeof(int)
            && length <= bytes.Length - HeaderSize
            && Crc32C.Compute(bytes.Slice(HeaderSize, length)) == BinaryPrimitives.ReadUInt32BigEndian(bytes[8..])
                ? HeaderSize + length
                : 0;
    }

    /// <summary>Applies a valid frame; returns by how many bytes the live content changed.</summary>
    public static long Apply(ReadOnlySpan<byte> frame, Dictionary<byte[], byte[]> entries)
    {
        var lookup = entries.GetAlternateLookup<ReadOnlySpan<byte>>();
        var reader = new SpanReader(frame[HeaderSize..]);
        long change = 0;
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var key = reader.ReadBytes(reader.ReadInt32());
            var length = reader.ReadInt32();
            if (lookup.Remove(key, out var actualKey, out var former))
            {
                change -= EntrySize(actualKey.Length, former.Length);
            }

            if (length >= 0)
            {
                entries[actualKey ?? key.ToArray()] = reader.ReadBytes(length).ToArray();
                change += EntrySize(key.Length, length);
            }
        }

        return change;
    }

    private static int EntrySize(int keyLength, int valueLength) => (2 * sizeof(int)) + keyLength + valueLength;

    private static int WriteBytes(Span<byte> span, int position, ReadOnlySpan<byte> bytes, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(span[position..], length);
        bytes.CopyTo(span[(position + sizeof(int))..]);
        return position + sizeof(int) + bytes.Length;
    }
}
