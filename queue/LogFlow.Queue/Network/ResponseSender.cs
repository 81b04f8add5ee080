using System.Net.Sockets;
using System.Runtime.InteropServices;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Network;

/// <summary>
/// Sends one answer at a time: its segments (small copied parts and record batches by reference) go to the socket
/// together, in as few calls as possible.
/// </summary>
internal sealed class ResponseSender(Socket socket)
{
    /// <summary>Linux takes at most 1024 parts in one call (IOV_MAX).</summary>
    private const int SegmentsPerSendMax = 512;

    private readonly List<ArraySegment<byte>> _parts = [];
    private volatile bool _isSending;

    /// <summary>Whether an answer is on its way and the peer has not taken all of it.</summary>
    public bool IsSending => _isSending;

    public async ValueTask SendAsync(KafkaWriter response)
    {
        _isSending = true;
        var segments = response.Segments;
        if (segments.Count == 1)
        {
            await SendAllAsync(segments[0]);
        }
        else
        {
            await GatherAsync(segments);
        }

        _isSending = false;
    }

    private async ValueTask GatherAsync(IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        foreach (var segment in segments)
        {
            if (!MemoryMarshal.TryGetArray(segment, out var part))
            {
                // Memory that is not an array's (native, mapped) cannot be gathered: it goes on its own.
                await FlushAsync();
                await SendAllAsync(segment);
                continue;
            }

            _parts.Add(part);
            if (_parts.Count == SegmentsPerSendMax)
            {
                await FlushAsync();
            }
        }

        await FlushAsync();
    }

    private async ValueTask FlushAsync()
    {
        if (_parts.Count == 0)
        {
            return;
        }

        var bytes = 0L;
        foreach (var part in _parts)
        {
            bytes += part.Count;
        }

        var sent = await socket.SendAsync(_parts, SocketFlags.None);
        _parts.Clear();
        if (sent != bytes)
        {
            throw new IOException($"{sent} of {bytes} bytes were sent");
        }
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }
}
