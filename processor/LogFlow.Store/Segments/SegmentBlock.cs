using System.Buffers;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>A block in a segment file. Everything read from it is checked against its CRC-32C.</summary>
internal sealed class SegmentBlock(SegmentReader segment, int index, BlockLocation location)
    : BlockSource(location.Summary)
{
    public SegmentReader Segment { get; } = segment;

    public int Index => index;

    public BlockLocation Location { get; } = location;

    public override IReadOnlyCollection<string>? Indices =>
        Segment.AreIndicesKnown ? Segment.Footer.Contents.Indices.Keys : null;

    public override string Origin => $"{Segment.Path}, block {index}";

    public override BlockDirectory LoadDirectory()
    {
        var length = Location.DirectoryLength;
        var data = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        try
        {
            var span = data.AsSpan(0, length);
            Segment.Read(span, Location.Offset + Location.PagesLength);
            if (Crc32C.Compute(span) != Location.DirectoryCrc)
            {
                throw new CorruptDataException("the block's directory fails its checksum");
            }

            var directory = BlockDirectory.Read(span);
            return directory.RowCount == Summary.RowCount
                ? directory
                : throw new CorruptDataException("the block's directory has another number of rows than the footer");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(data);
        }
    }

    public override ReadOnlyMemory<byte> ReadPage(ColumnEntry column, out byte[]? rented)
    {
        rented = null;
        if (column.InlinePage is { } page)
        {
            return page;
        }

        var stored = ReadChecked(column.Offset, column.StoredLength, column.Crc, out rented);
        if (column.Codec == PageCodec.None)
        {
            return stored;
        }

        var raw = ArrayPool<byte>.Shared.Rent(Math.Max(1, column.RawLength));
        try
        {
            PageCodecs.Decode(column.Codec, stored.Span, raw.AsSpan(0, column.RawLength));
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(raw);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented!);
            rented = null;
        }

        rented = raw;
        return raw.AsMemory(0, column.RawLength);
    }

    public override ReadOnlyMemory<byte> ReadBloom(ColumnEntry column, out byte[]? rented) =>
        ReadChecked(column.BloomOffset, column.BloomLength, column.BloomCrc, out rented);

    private ReadOnlyMemory<byte> ReadChecked(int offset, int length, uint crc, out byte[]? rented)
    {
        if (offset < 0 || length < 0 || (long)offset + length > Location.PagesLength)
        {
            throw new CorruptDataException("a column lies outside of its block");
        }

        rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        try
        {
            Segment.Read(rented.AsSpan(0, length), Location.Offset + offset);
            if (Crc32C.Compute(rented.AsSpan(0, length)) != crc)
            {
                throw new CorruptDataException("a column fails its checksum");
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(rented);
            rented = null;
            throw;
        }

        return rented.AsMemory(0, length);
    }
}
