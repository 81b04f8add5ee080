using System.IO.Compression;
using LogFlow.Platform;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// The body of one bulk request: the bytes of its items, neighbours in one write. It holds leases of the requests
/// that it sends until it is disposed: whatever happens to their owners meanwhile, the bytes stay what they are.
/// </summary>
internal sealed class BulkContent : BulkBody
{
    private readonly ReadOnlyMemory<BulkItemRef> _items;
    private readonly List<Lease<BulkRequest>> _held = [];

    public BulkContent(ReadOnlyMemory<BulkItemRef> items, CompressionLevel? gzip)
        : base(gzip)
    {
        _items = items;
        Length = SizeOf(items.Span);
        Hold(items.Span);
    }

    protected override long Length { get; }

    /// <summary>The uncompressed size of a body with these items.</summary>
    public static long SizeOf(ReadOnlySpan<BulkItemRef> items)
    {
        long length = 0;
        foreach (ref readonly var item in items)
        {
            length += item.Bytes.Length;
        }

        return length;
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var lease in _held)
        {
            lease.Dispose();
        }

        _held.Clear();
        base.Dispose(disposing);
    }

    private void Hold(ReadOnlySpan<BulkItemRef> items)
    {
        Lease<BulkRequest>? last = null;
        foreach (ref readonly var item in items)
        {
            if (!ReferenceEquals(item.Lease, last))
            {
                last = item.Lease;
                _held.Add(last.Retain());
            }
        }
    }

    protected override async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        for (var index = 0; index < _items.Length;)
        {
            var run = NextRun(ref index);
            await stream.WriteAsync(run, cancellationToken);
        }
    }

    /// <summary>Items that follow each other in one request's buffer form one run of bytes.</summary>
    private ReadOnlyMemory<byte> NextRun(ref int index)
    {
        var items = _items.Span;
        var first = items[index++];
        var last = first.Index;
        while (index < items.Length
            && ReferenceEquals(items[index].Lease, first.Lease)
            && items[index].Index == last + 1)
        {
            last = items[index++].Index;
        }

        return first.Request.GetRun(first.Index, last);
    }
}
