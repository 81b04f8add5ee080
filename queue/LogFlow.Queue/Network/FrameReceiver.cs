using System.Numerics;
using LogFlow.Platform;
using ProtocolViolationException = LogFlow.Kafka.Protocol.ProtocolViolationException;

namespace LogFlow.Queue;

/// <summary>
/// Receives frames into memory that grows with the bytes that arrive: what is announced and does not come costs nobody
/// anything. Waiting for a frame's first bytes holds no memory.
/// </summary>
internal sealed class FrameReceiver(
    IPeerTransport transport, BytePool buffers, ByteBudget budget, ByteHolder holder, TimeProvider time)
{
    /// <summary>Frames of heartbeats and the like are taken whole at once: asking first would cost more.</summary>
    private const int SmallFrameBytesMax = 512;

    /// <summary>Each buffer is so many times the one before: few copies, and never much more than has
    /// arrived.</summary>
    private const int GrowthFactor = 4;
    private const int BufferBytesMin = 1024;

    private long _lastProgress = time.GetTimestamp();
    private long _frameBegun;
    private volatile int _frameBytes;
    private volatile bool _isWaitingForMemory;

    /// <summary>Length of the frame that is being received; 0 between frames.</summary>
    public int FrameBytes => _frameBytes;

    /// <summary>The peer has begun a frame, and it is the peer's turn to move.</summary>
    public bool IsWaitingForPeer => _frameBytes > 0 && !_isWaitingForMemory;

    /// <summary>When a byte moved last, in either direction.</summary>
    public long LastProgress => Volatile.Read(ref _lastProgress);

    /// <summary>For how long the frame has been under way, without what it had to wait for memory.</summary>
    public TimeSpan FrameAge => time.GetElapsedTime(Volatile.Read(ref _frameBegun));

    public void OnProgress() => Volatile.Write(ref _lastProgress, time.GetTimestamp());

    /// <summary>False where the peer closed before the first byte.</summary>
    public async ValueTask<bool> ReceivePrefixAsync(Memory<byte> prefix)
    {
        var received = 0;
        while (received < prefix.Length)
        {
            var count = received == 0
                ? await transport.ReceiveFirstAsync(prefix)
                : await transport.ReceiveAsync(prefix[received..]);
            if (count == 0)
            {
                return received == 0 ? false : throw Cut(received, prefix.Length);
            }

            received += count;
            OnProgress();
        }

        return true;
    }

    /// <summary>Receives a frame of that length, whole.</summary>
    /// <exception cref="ProtocolViolationException">The connection ended before.</exception>
    public async ValueTask<Lease<LeasedBytes>> ReceiveAsync(int length, CancellationToken closing)
    {
        var claim = budget.Open(length, holder);
        Lease<LeasedBytes>? buffer = null;
        Volatile.Write(ref _frameBegun, time.GetTimestamp());
        _frameBytes = length;
        try
        {
            for (var received = 0; received < length;)
            {
                if (buffer is null || received == buffer.Value.Length)
                {
                    buffer = await GrowAsync(buffer, claim, received, length, closing);
                }

                var count = await transport.ReceiveAsync(buffer.Value.Memory[received..]);
                if (count == 0)
                {
                    throw Cut(received, length);
                }

                received += count;
                OnProgress();
            }

            return buffer!;
        }
        catch
        {
            buffer?.Dispose();
            claim.Dispose();
            throw;
        }
        finally
        {
            _frameBytes = 0;
        }
    }

    private static ProtocolViolationException Cut(int received, int length) =>
        new($"the connection ended after {received} of {length} bytes of a frame");

    /// <summary>A buffer for more than was received, with what was received; the one before is given back.</summary>
    private async ValueTask<Lease<LeasedBytes>> GrowAsync(
        Lease<LeasedBytes>? before, ByteClaim claim, int received, int length, CancellationToken closing)
    {
        var size = length <= SmallFrameBytesMax
            ? length
            : NextSize(received, await AvailableAsync(received, length), length);
        await TakeAsync(claim, size - claim.Granted, closing);

        // The last buffer is the frame's own: the claim comes back with it.
        var larger = buffers.Rent(size, size == length ? claim : null);
        if (before is not null)
        {
            before.Value.Span[..received].CopyTo(larger.Value.Span);
            before.Dispose();
        }

        return larger;
    }

    private static int NextSize(int received, int available, int length)
    {
        var size = Math.Max(Math.Max(received + (long)available, (long)received * GrowthFactor), BufferBytesMin);
        var rounded = (long)BitOperations.RoundUpToPowerOf2((ulong)size);

        // A last step that is not worth a copy of its own is taken now.
        return rounded * 2 > length ? length : (int)rounded;
    }

    /// <summary>Bytes that can be received at once; waits for some, without memory.</summary>
    private async ValueTask<int> AvailableAsync(int received, int length)
    {
        var available = await transport.WaitAsync();
        return available > 0 ? available : throw Cut(received, length);
    }

    private async ValueTask TakeAsync(ByteClaim claim, long bytes, CancellationToken closing)
    {
        var growing = claim.GrowAsync(bytes, closing);
        if (growing.IsCompletedSuccessfully)
        {
            return;
        }

        // The wait is not the peer's slowness.
        var began = time.GetTimestamp();
        _isWaitingForMemory = true;
        try
        {
            await growing;
        }
        finally
        {
            Volatile.Write(ref _frameBegun, Volatile.Read(ref _frameBegun) + time.GetTimestamp() - began);
            OnProgress();
            _isWaitingForMemory = false;
        }
    }
}
