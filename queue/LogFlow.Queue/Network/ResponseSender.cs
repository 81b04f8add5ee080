using System.Runtime.InteropServices;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// Sends one answer at a time: its segments (small copied parts and record batches by reference) go to the socket
/// together, in as few calls as possible. A call is not longer than <see cref="SendBytesMax"/>, so that a slow reader's
/// progress is seen. Batches that are still in their file pass through one buffer, a piece at a time.
/// </summary>
internal sealed class ResponseSender(IPeerTransport transport, BytePool buffers, ByteBudget budget, Action onProgress)
{
    /// <summary>Fits into a core's cache, where the copy to the socket finds it.</summary>
    private const int FilePieceBytesMax = 256 << 10;

    /// <summary>However many readers are slow, each moves at least this much at a time.</summary>
    private const int FilePieceBytesMin = 16 << 10;

    /// <summary>Linux takes at most 1024 parts in one call (IOV_MAX).</summary>
    private const int SegmentsPerSendMax = 512;
    private const int SendBytesMax = 512 << 10;

    private readonly List<ArraySegment<byte>> _parts = [];
    private int _partBytes;
    private volatile bool _isSending;

    /// <summary>Whether an answer is on its way and the peer has not taken all of it.</summary>
    public bool IsSending => _isSending;

    public async ValueTask SendAsync(KafkaWriter response)
    {
        _isSending = true;
        try
        {
            foreach (var segment in response.Segments)
            {
                await AddAsync(segment);
            }

            await FlushAsync();
        }
        finally
        {
            _isSending = false;
        }
    }

    private async ValueTask AddAsync(ReadOnlyMemory<byte> segment)
    {
        if (MemoryMarshal.TryGetMemoryManager<byte, FileRegion>(segment, out var region, out var start, out var length))
        {
            await SendRegionAsync(region, start, length);
            return;
        }

        if (!MemoryMarshal.TryGetArray(segment, out var part))
        {
            // Memory that is not an array's (native, mapped) cannot be gathered: it goes on its own.
            await FlushAsync();
            await SendAllAsync(segment);
            return;
        }

        while (part.Count > 0)
        {
            var taken = part[..Math.Min(part.Count, SendBytesMax - _partBytes)];
            part = part[taken.Count..];
            _parts.Add(taken);
            _partBytes += taken.Count;
            if (_partBytes == SendBytesMax || _parts.Count == SegmentsPerSendMax)
            {
                await FlushAsync();
            }
        }
    }

    private async ValueTask SendRegionAsync(FileRegion region, int start, int length)
    {
        var wanted = Math.Clamp(length, FilePieceBytesMin, FilePieceBytesMax);
        var pieceBytes = budget.TakeUpTo(FilePieceBytesMin, wanted);
        try
        {
            using var buffer = buffers.Rent((int)pieceBytes);
            MemoryMarshal.TryGetArray<byte>(buffer.Value.Memory, out var array);
            for (var end = start + length; start < end;)
            {
                var piece = array[..(int)Math.Min(pieceBytes, end - start)];
                region.Read(piece, start);
                start += piece.Count;
                _parts.Add(piece);
                _partBytes += piece.Count;
                await FlushAsync();
            }
        }
        finally
        {
            budget.Return(pieceBytes);
        }
    }

    private async ValueTask FlushAsync()
    {
        if (_parts.Count == 0)
        {
            return;
        }

        if (_parts.Count == 1)
        {
            await SendAllAsync(_parts[0]);
        }
        else
        {
            await transport.SendAsync(_parts, _partBytes);
            onProgress();
        }

        _parts.Clear();
        _partBytes = 0;
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(bytes.Length, SendBytesMax)];
            bytes = bytes[await transport.SendAsync(piece)..];
            onProgress();
        }
    }
}
