using System.Buffers;

namespace LogFlow.Kafka.Client;

/// <summary>
/// One response as it came from the wire. Pooled frames are counted: the reader of the response holds the first
/// reference, and everything that slices it (a fetch's record batches) takes one more. The last release returns the
/// bytes to the pool; unpooled frames are left to the collector, so their slices may live as long as they like.
/// </summary>
internal sealed class ResponseFrame : IDisposable
{
    private readonly byte[] _bytes;
    private readonly bool _pooled;
    private int _references = 1;

    private ResponseFrame(byte[] bytes, int length, bool pooled)
    {
        _bytes = bytes;
        Length = length;
        _pooled = pooled;
    }

    public int Length { get; }

    public Memory<byte> Memory => _bytes.AsMemory(0, Length);

    public static ResponseFrame Rent(int length) => new(ArrayPool<byte>.Shared.Rent(length), length, pooled: true);

    public static ResponseFrame Allocate(int length) => new(new byte[length], length, pooled: false);

    public ResponseFrame Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Dispose()
    {
        var left = Interlocked.Decrement(ref _references);
        if (left < 0)
        {
            throw new InvalidOperationException("A response frame was released more often than retained.");
        }

        if (left == 0 && _pooled)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
