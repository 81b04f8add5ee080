using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using LogFlow.Platform;

namespace LogFlow.Kafka.Client;

/// <summary>
/// A connection by TLS. Small segments of a request are gathered into one record; record batches are encrypted from
/// where they lie.
/// </summary>
internal sealed class TlsTransport(SslStream stream, TlsClient tls) : IKafkaTransport
{
    /// <summary>What a record of TLS holds at most (RFC 8446, 5.1).</summary>
    private const int RecordBytesMax = 16 << 10;

    /// <summary>A segment of this size is not worth a copy into the others' record.</summary>
    private const int LargeSegmentBytes = 4 << 10;

    private bool _hasReceived;

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        try
        {
            count = await stream.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException error)
        {
            throw Explained(error);
        }

        if (count == 0 && !_hasReceived)
        {
            throw tls.ExplainEnd();
        }

        _hasReceived = true;
        return count;
    }

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
        catch (IOException error)
        {
            throw Explained(error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(gathered);
        }
    }

    public void Dispose() => stream.Dispose();

    private IOException Explained(IOException error) => tls.Explain(error) switch
    {
        TlsException explained => explained,

        // As an end: the reset came before whatever the server had to say.
        _ when !_hasReceived && error.InnerException is SocketException => tls.ExplainEnd(error),
        _ => error,
    };

    private ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        bytes.IsEmpty ? ValueTask.CompletedTask : stream.WriteAsync(bytes, cancellationToken);
}
