using System.Buffers.Binary;

namespace LogFlow.Queue.Storage;

/// <summary>
/// One entry of a segment's index: offset index and time index in one, since both are looked up by halving.
/// <code>
///  0  4  offset of a batch, relative to the segment's base
///  4  4  where the batch starts in the segment
///  8  8  largest timestamp of all batches before it, ms
/// </code>
/// The last entry of a sealed segment describes its end.
/// </summary>
/// <param name="RelativeOffset">Offset of the batch, relative to the segment's base offset.</param>
/// <param name="Position">Bytes from the segment's start.</param>
/// <param name="MaxTimestampBeforeMs">Largest timestamp of all batches before this one.</param>
internal readonly record struct IndexEntry(uint RelativeOffset, uint Position, long MaxTimestampBeforeMs)
{
    public const int Size = 16;

    public static IndexEntry Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32BigEndian(source),
        BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
        BinaryPrimitives.ReadInt64BigEndian(source[8..]));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, RelativeOffset);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Position);
        BinaryPrimitives.WriteInt64BigEndian(destination[8..], MaxTimestampBeforeMs);
    }
}
