namespace LogFlow.Platform;

/// <summary>
/// Bytes in an array of a <see cref="BytePool"/>. They are lent by <see cref="BytePool.Rent"/>; after the last lease is
/// disposed the array is somebody else's, and touching it here throws.
/// </summary>
public sealed class LeasedBytes : ILeasable
{
    private readonly BytePool _pool;
    private readonly IDisposable? _claim;
    private byte[]? _array;

    internal LeasedBytes(BytePool pool, byte[] array, int length, IDisposable? claim)
    {
        _pool = pool;
        _claim = claim;
        _array = array;
        Length = length;
    }

    /// <summary>Number of bytes.</summary>
    public int Length { get; }

    /// <summary>The bytes.</summary>
    /// <exception cref="ObjectDisposedException">They were given back.</exception>
    public Memory<byte> Memory => new(Array, 0, Length);

    /// <summary>The bytes.</summary>
    /// <exception cref="ObjectDisposedException">They were given back.</exception>
    public Span<byte> Span => new(Array, 0, Length);

    private byte[] Array => Volatile.Read(ref _array) ?? throw new ObjectDisposedException(nameof(LeasedBytes));

    /// <inheritdoc/>
    public void GiveBack()
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
        {
            _pool.Return(array);
            _claim?.Dispose();
        }
    }
}
