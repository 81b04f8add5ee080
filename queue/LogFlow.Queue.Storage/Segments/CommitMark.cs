using System.Buffers.Binary;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Written behind the batches of each group commit, in the reserved space, and overwritten by the next: it says where
/// the last group began. A power cut may persist any part of the group that was being written, and of no other, so
/// recovery can tell a torn group (never acknowledged: cut) from damage to what was acknowledged (a gap).
/// Readers stop before it, at the end of the data.
/// <code>
///  0  8  the offset that comes next; 0 in former marks and in state files
///  8  4  zero: to a reader of batches, the end
/// 12  4  magic "LFCM"
/// 16  8  where the group begins in the segment
/// 24  4  where this mark stands
/// 28  4  CRC-32C of bytes 0 to 27
/// </code>
/// </summary>
internal static class CommitMark
{
    public const int Size = 32;
    private const int MagicAt = 12;

    private static ReadOnlySpan<byte> Magic => "LFCM"u8;

    public static void Write(Span<byte> destination, long groupStart, long position, long nextOffset = 0)
    {
        destination[..MagicAt].Clear();
        BinaryPrimitives.WriteInt64BigEndian(destination, nextOffset);
        Magic.CopyTo(destination[MagicAt..]);
        BinaryPrimitives.WriteInt64BigEndian(destination[16..], groupStart);
        BinaryPrimitives.WriteUInt32BigEndian(destination[24..], (uint)position);
        BinaryPrimitives.WriteUInt32BigEndian(destination[28..], Crc32C.Compute(destination[..28]));
    }

    /// <summary>Whether a mark stands at a position.</summary>
    public static bool IsAt(LogSegment segment, long position)
    {
        Span<byte> bytes = stackalloc byte[Size];
        return segment.Read(bytes, position) == Size && TryRead(bytes, position, out _, out _);
    }

    /// <summary>Whether nothing but reserved space, and perhaps the last mark, stands behind the data.</summary>
    public static bool IsBlank(LogSegment segment, long start, long end) =>
        SegmentRepair.IsZero(segment, IsAt(segment, start) ? start + Size : start, end);

    /// <summary>The last mark at or behind a position, and where its group begins; -1: there is none.</summary>
    public static (long Position, long GroupStart, long NextOffset) FindLast(LogSegment segment, long from, long end)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            var last = (Position: -1L, GroupStart: -1L, NextOffset: 0L);
            for (var at = from; end - at >= Size;)
            {
                var length = segment.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
                if (length < Size)
                {
                    break;
                }

                var found = FindLast(buffer.AsSpan(0, length), at);
                last = found.Position >= 0 ? found : last;
                at += length - Size + 1;
            }

            return last;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The last mark in bytes that stand at a position.</summary>
    public static (long Position, long GroupStart, long NextOffset) FindLast(ReadOnlySpan<byte> window, long at)
    {
        for (var end = window.Length; ;)
        {
            var magic = window[..end].LastIndexOf(Magic);
            if (magic < 0)
            {
                return (-1, -1, 0);
            }

            var start = magic - MagicAt;
            if (start >= 0 && start + Size <= window.Length
                && TryRead(window.Slice(start, Size), at + start, out var groupStart, out var nextOffset))
            {
                return (at + start, groupStart, nextOffset);
            }

            end = magic;
        }
    }

    /// <summary>Whether the bytes begin with the mark of a position.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long position, out long groupStart) =>
        TryRead(bytes, position, out groupStart, out _);

    private static bool TryRead(
        ReadOnlySpan<byte> bytes, long position, out long groupStart, out long nextOffset)
    {
        groupStart = 0;
        nextOffset = 0;
        if (bytes.Length < Size)
        {
            return false;
        }

        nextOffset = BinaryPrimitives.ReadInt64BigEndian(bytes);
        groupStart = BinaryPrimitives.ReadInt64BigEndian(bytes[16..]);
        return bytes[MagicAt..].StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]) == (uint)position
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[28..]) == Crc32C.Compute(bytes[..28]);
    }
}
