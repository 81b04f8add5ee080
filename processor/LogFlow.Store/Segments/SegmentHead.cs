using System.Buffers.Binary;
using LogFlow.Platform;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Store;

/// <summary>
/// Behind a segment's first mark: which commit it belongs to, how far the queue had been read, what it replaces. The
/// footers say so, too; this is for a segment whose end is gone. Layout: 8 bytes <see cref="SegmentFile.HeadMark"/> ·
/// u32 n · u32 CRC-32C · n bytes, a footer without contents and blocks. Files of earlier versions have none.
/// </summary>
internal static class SegmentHead
{
    private const int PrefixLength = 16;

    /// <summary>As many positions as a store keeps, and names of merged segments.</summary>
    private const int BytesMax = 16 << 20;

    /// <summary>Appends a head.</summary>
    public static void Write(CommitInfo commit, int ordinal, int segmentCount, ByteWriter output)
    {
        var data = new ByteWriter(256);
        new SegmentFooter
        {
            CommitId = commit.CommitId,
            Ordinal = ordinal,
            SegmentCount = segmentCount,
            CreatedMs = commit.CreatedMs,
            Positions = commit.Positions,
            Replaces = commit.Replaces,
            Contents = new BlockContents(),
            Blocks = [],
        }.Write(data);
        output.Write(SegmentFile.HeadMark);
        output.WriteUInt32((uint)data.Length);
        output.WriteUInt32(Crc32C.Compute(data.Written));
        output.Write(data.Written);
    }

    /// <summary>The head of a segment file; null: it has none, or it is damaged.</summary>
    /// <param name="file">The segment.</param>
    /// <param name="length">Its length.</param>
    /// <param name="end">Where the blocks begin.</param>
    public static SegmentFooter? TryRead(SafeFileHandle file, long length, out long end)
    {
        end = 0;
        var start = SegmentFile.BeginMark.Length;
        if (length < start + PrefixLength)
        {
            return null;
        }

        Span<byte> prefix = stackalloc byte[PrefixLength];
        SegmentReader.Read(file, prefix, start);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);
        if (!prefix[..8].SequenceEqual(SegmentFile.HeadMark) || count > BytesMax
            || count > length - start - PrefixLength)
        {
            return null;
        }

        var data = new byte[count];
        SegmentReader.Read(file, data, start + PrefixLength);
        if (Crc32C.Compute(data) != BinaryPrimitives.ReadUInt32LittleEndian(prefix[12..]))
        {
            return null;
        }

        end = start + PrefixLength + count;
        return SegmentFooter.Read(data);
    }
}
