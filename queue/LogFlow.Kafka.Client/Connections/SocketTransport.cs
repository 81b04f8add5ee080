using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LogFlow.Kafka.Client;

/// <summary>
/// A TCP socket; sends gather their segments, so that record batches go to the kernel from where they lie.
/// </summary>
internal sealed class SocketTransport(Socket socket) : IKafkaTransport
{
    // Linux takes at most 1024 (IOV_MAX) segments in one call.
    private const int SegmentCountMax = 512;

    private readonly List<ArraySegment<byte>> _gather = [];

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    public async ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> segments, CancellationToken cancellationToken)
    {
        if (segments.Count == 1)
        {
            await SendOneAsync(segments[0], cancellationToken);
            return;
        }

        _gather.Clear();
        for (var index = 0; index < segments.Count; index++)
        {
            var segment = segments[index];
            if (segment.Length == 0)
            {
                continue;
            }

            if (MemoryMarshal.TryGetArray(segment, out var array))
            {
                _gather.Add(array);
            }
            else
            {
                // Native memory cannot be gathered; it keeps its place in the order.
                await SendGatheredAsync();
                await SendOneAsync(segment, cancellationToken);
            }

            if (_gather.Count == SegmentCountMax)
            {
                await SendGatheredAsync();
            }
        }

        await SendGatheredAsync();
    }

    public void Dispose() => socket.Dispose();

    private async ValueTask SendGatheredAsync()
    {
        if (_gather.Count == 0)
        {
            return;
        }

        var total = 0L;
        foreach (var segment in _gather)
        {
            total += segment.Count;
        }

        // For stream sockets the runtime loops until everything is sent; a short count would corrupt the stream.
        var sent = await socket.SendAsync(_gather, SocketFlags.None);
        _gather.Clear();
        if (sent != total)
        {
            throw new SocketException((int)SocketError.ConnectionAborted);
        }
    }

    private async ValueTask SendOneAsync(ReadOnlyMemory<byte> segment, CancellationToken cancellationToken)
    {
        while (segment.Length > 0)
        {
            segment = segment[await socket.SendAsync(segment, SocketFlags.None, cancellationToken)..];
        }
    }
}
