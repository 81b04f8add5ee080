using System.Buffers;

namespace LogFlow.Store;

/// <summary>An encoded block of the tail: exactly the bytes that a segment will hold.</summary>
internal sealed class MemoryBlock(
    BlockSummary summary, ReadOnlyMemory<byte> pages, BlockDirectory directory, BlockContents contents)
    : BlockSource(summary)
{
    public ReadOnlyMemory<byte> Pages { get; } = pages;

    public BlockDirectory Directory { get; } = directory;

    public BlockContents Contents { get; } = contents;

    public override IReadOnlyCollection<string> Indices => Contents.Indices.Keys;

    public override string Origin => "memory";

    public override BlockDirectory LoadDirectory() => Directory;

    public override ReadOnlyMemory<byte> ReadPage(ColumnEntry column, out byte[]? rented)
    {
        rented = null;
        if (column.InlinePage is { } page)
        {
            return page;
        }

        var stored = Pages.Slice(column.Offset, column.StoredLength);
        if (column.Codec == PageCodec.None)
        {
            return stored;
        }

        rented = ArrayPool<byte>.Shared.Rent(column.RawLength);
        PageCodecs.Decode(column.Codec, stored.Span, rented.AsSpan(0, column.RawLength));
        return rented.AsMemory(0, column.RawLength);
    }

    public override ReadOnlyMemory<byte> ReadBloom(ColumnEntry column, out byte[]? rented)
    {
        rented = null;
        return Pages.Slice(column.BloomOffset, column.BloomLength);
    }
}
