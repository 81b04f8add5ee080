using System.Buffers;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Bytes in an array of the shared pool. Whoever holds it disposes it once; its memory must not be touched afterwards.
/// </summary>
public sealed class PooledBuffer : IMemoryOwner<byte>
{
    private readonly int _length;
    private byte[]? _array;

    private PooledBuffer(byte[] array, int length)
    {
        _array = array;
        _length = length;
    }

    /// <summary>Number of bytes.</summary>
    public int Length => _length;

    /// <summary>The bytes.</summary>
    public Memory<byte> Memory => new(Array, 0, _length);

    /// <summary>The bytes.</summary>
    public Span<byte> Span => new(Array, 0, _length);

    private byte[] Array => _array ?? throw new ObjectDisposedException(nameof(PooledBuffer));

    /// <summary>Rents <paramref name="length"/> bytes of undefined content.</summary>
    public static PooledBuffer Rent(int length) => new(ArrayPool<byte>.Shared.Rent(length), length);

    /// <summary>Takes over an array that was rented from the shared pool.</summary>
    public static PooledBuffer Own(byte[] rented, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)rented.Length, nameof(length));
        return new PooledBuffer(rented, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var array = Interlocked.Exchange(ref _array, null);
        if (array is not null)
        {
#if DEBUG
            // Who still reads it sees that it is not theirs any more.
            array.AsSpan().Fill(0xDD);
#endif
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
