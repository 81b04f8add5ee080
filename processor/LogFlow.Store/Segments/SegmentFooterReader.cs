using System.Buffers;
using System.Buffers.Binary;
using LogFlow.Platform;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Store;

/// <summary>
/// Finds the footer of a segment file: at its end, or, where that one is damaged, the copy before it.
/// </summary>
internal static class SegmentFooterReader
{
    /// <summary>A footer and its copy lie within so many bytes; more would be a segment of a million fields.</summary>
    private const int SearchBytesMax = 64 << 20;

    /// <exception cref="CorruptDataException">No copy of the footer is whole, or it is no segment.</exception>
    public static SegmentFooter Read(SafeFileHandle file, long length, out bool isDamaged)
    {
        if (length < SegmentFile.BeginMark.Length + SegmentFile.TrailerLength)
        {
            throw new CorruptDataException("the file is too short for a segment");
        }

        Span<byte> begin = stackalloc byte[SegmentFile.BeginMark.Length];
        SegmentReader.Read(file, begin, 0);
        isDamaged = !begin.SequenceEqual(SegmentFile.BeginMark);
        CorruptDataException? first = null;
        try
        {
            return ReadAt(file, length);
        }
        catch (CorruptDataException error)
        {
            first = error;
            isDamaged = true;
        }

        return FindCopy(file, length) ?? throw first;
    }

    /// <summary>Goes back from one end mark to the one before it, until a footer is whole.</summary>
    private static SegmentFooter? FindCopy(SafeFileHandle file, long length)
    {
        var size = (int)Math.Min(length, SearchBytesMax);
        var data = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var span = data.AsSpan(0, size);
            SegmentReader.Read(file, span, length - size);
            for (var end = size; span[..end].LastIndexOf(SegmentFile.EndMark) is >= 0 and var at; end = at)
            {
                try
                {
                    return ReadAt(file, length - size + at + SegmentFile.EndMark.Length);
                }
                catch (CorruptDataException)
                {
                    // Not this one: the bytes of a document may look like a mark, too.
                }
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(data);
        }
    }

    /// <summary>The footer whose trailer ends at <paramref name="length"/>.</summary>
    private static SegmentFooter ReadAt(SafeFileHandle file, long length)
    {
        Span<byte> trailer = stackalloc byte[SegmentFile.TrailerLength];
        if (length < SegmentFile.BeginMark.Length + trailer.Length)
        {
            throw new CorruptDataException("the segment's marks are damaged");
        }

        SegmentReader.Read(file, trailer, length - trailer.Length);
        var footerLength = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        if (!trailer[8..].SequenceEqual(SegmentFile.EndMark)
            || footerLength > length - SegmentFile.TrailerLength - SegmentFile.BeginMark.Length
            || footerLength > int.MaxValue / 2)
        {
            throw new CorruptDataException("the segment's marks or footer length are damaged");
        }

        var data = ArrayPool<byte>.Shared.Rent((int)footerLength);
        try
        {
            var span = data.AsSpan(0, (int)footerLength);
            SegmentReader.Read(file, span, length - trailer.Length - footerLength);
            if (Crc32C.Compute(span) != crc)
            {
                throw new CorruptDataException("the segment's footer fails its checksum");
            }

            var footer = SegmentFooter.Read(span);
            var end = length - SegmentFile.TrailerLength - footerLength;
            foreach (var block in footer.Blocks)
            {
                if (block.Offset < 0 || block.Offset + block.PagesLength + block.DirectoryLength > end)
                {
                    throw new CorruptDataException("a block lies outside of the segment");
                }
            }

            return footer;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(data);
        }
    }
}
