using System.Buffers;
using LogFlow.Platform;

namespace LogFlow.Kafka.Client;

/// <summary>
/// A connection by TLS. Small segments of a request are gathered into one record; record batches are encrypted from
/// where they lie.
/// </summary>
internal sealed class TlsTransport(TlsStream stream) : IKafkaTransport
{
    /// <summary>What a record of TLS holds at most (RFC 8446, 5.1).</summary>
    private const int RecordBytesMax = 16 << 10;

    /// <summary>A segment of this size is not worth a copy into the others' record.</summary>
    private const int LargeSegmentBytes = 4 << 10;

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        stream.ReadAsync(buffer, cancellationToken);

    public async ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> segments, CancellationToken cancellationToken)
    {
        var gathered = ArrayPool<byte>.Shared.Rent(RecordBytesMax);
        try
        {
            var count = 0;
            for (var index = 0; index < segments.Count; index++)
            {
                var segment = segments[index];
                if (segment.Length >= LargeSegmentBytes || count + segment.Length > RecordBytesMax)
                {
                    await WriteAsync(gathered.AsMemory(0, count), cancellationToken);
                    count = 0;
                }

                if (segment.Length >= LargeSegmentBytes)
                {
                    await WriteAsync(segment, cancellationToken);
                }
                else
                {
                    segment.Span.CopyTo(gathered.AsSpan(count));
                    count += segment.Length;
                }
            }

            await WriteAsync(gathered.AsMemory(0, count), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(gathered);
        }
    }

    public void Dispose() => stream.Dispose();

    private ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        bytes.IsEmpty ? ValueTask.CompletedTask : stream.WriteAsync(bytes, cancellationToken);
}
