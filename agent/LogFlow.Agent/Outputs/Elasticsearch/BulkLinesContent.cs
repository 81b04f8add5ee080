using System.Buffers;
using System.IO.Compression;
using LogFlow.Bulk;

namespace LogFlow.Agent;

/// <summary>
/// The body of one bulk request, written from the batch's own bytes as it is sent: it is never in memory as a whole.
/// </summary>
internal sealed class BulkLinesContent(List<BulkLine> lines, CompressionLevel? gzip) : BulkBody(gzip)
{
    private const int BufferLength = 64 * 1024;

    protected override long Length => lines.Sum(static line => (long)line.Length);

    protected override async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            var used = 0;
            foreach (var line in lines)
            {
                if (line.Length > buffer.Length - used)
                {
                    await stream.WriteAsync(buffer.AsMemory(0, used), cancellationToken);
                    used = 0;
                }

                if (line.Length > buffer.Length)
                {
                    used = AppendAction(buffer, used, line);
                    await stream.WriteAsync(buffer.AsMemory(0, used), cancellationToken);
                    await stream.WriteAsync(line.Head, cancellationToken);
                    await stream.WriteAsync(line.Source, cancellationToken);
                    buffer[0] = (byte)'\n';
                    used = 1;
                    continue;
                }

                used = AppendAction(buffer, used, line);
                used = Append(buffer, used, line.Head.Span);
                used = Append(buffer, used, line.Source.Span);
                buffer[used++] = (byte)'\n';
            }

            await stream.WriteAsync(buffer.AsMemory(0, used), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Index names are short and ids, too: an action line always fits into the buffer.</summary>
    private static int AppendAction(byte[] buffer, int used, in BulkLine line)
    {
        used = Append(buffer, used, line.Destination.Action);
        used = Append(buffer, used, line.Id.Span);
        return Append(buffer, used, BulkDestination.ActionEnd);
    }

    private static int Append(byte[] buffer, int used, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer.AsSpan(used));
        return used + bytes.Length;
    }
}
