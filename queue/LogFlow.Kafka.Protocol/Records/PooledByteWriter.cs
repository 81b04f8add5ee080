using System.Buffers;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// A growing array of the shared pool with an upper limit, which codecs decompress into. The limit is what a hostile
/// batch meets before memory does.
/// </summary>
internal struct PooledByteWriter(int capacity, int lengthMax) : IDisposable
{
    /// <summary>Arrays up to this size are not worth a copy.</summary>
    private const int FitMin = 16 * 1024;

    private readonly int _lengthMax = lengthMax;
    private byte[]? _array = ArrayPool<byte>.Shared.Rent(Math.Max(16, Math.Min(capacity, lengthMax)));

    public int Length { get; private set; }

    public readonly Span<byte> Written => _array.AsSpan(0, Length);

    /// <summary>At least <paramref name="size"/> free bytes after what was written.</summary>
    /// <exception cref="InvalidDataException">That would exceed the limit.</exception>
    public Span<byte> GetSpan(int size)
    {
        var needed = (long)Length + size;
        if (needed > _lengthMax)
        {
            throw new InvalidDataException($"records decompress to more than {_lengthMax} bytes");
        }

        if (needed > _array!.Length)
        {
            Grow((int)Math.Max(needed, Math.Min(_lengthMax, (long)_array.Length * 2)));
        }

        return _array.AsSpan(Length, Math.Min(_array.Length, _lengthMax) - Length);
    }

    /// <summary>What is free without growing; may be empty.</summary>
    public readonly Span<byte> FreeSpan() => _array.AsSpan(Length, Math.Min(_array!.Length, _lengthMax) - Length);

    public void Advance(int count) => Length += count;

    /// <summary>
    /// What was written, in an array that fits: a batch waits with what it has, not with what it might have needed.
    /// </summary>
    public PooledBuffer Detach()
    {
        if (_array!.Length > FitMin && Length < _array.Length / 2)
        {
            var fitting = PooledBuffer.Rent(Length);
            Written.CopyTo(fitting.Span);
            Dispose();
            return fitting;
        }

        var buffer = PooledBuffer.Own(_array, Length);
        _array = null;
        return buffer;
    }

    public void Dispose()
    {
        if (_array is not null)
        {
            ArrayPool<byte>.Shared.Return(_array);
            _array = null;
        }
    }

    private void Grow(int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(length);
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_array!);
        _array = larger;
    }
}
