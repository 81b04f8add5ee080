namespace LogFlow.Queue.Network;

/// <summary>
/// One request as it came from the wire, without its length prefix, in a buffer rented from a <see cref="FramePool"/>
/// and counted against a <see cref="ByteBudget"/>. Disposing gives both back; everything that was sliced from
/// <see cref="Memory"/> is then void.
/// </summary>
internal sealed class Frame : IDisposable
{
    private readonly FramePool _pool;
    private readonly ByteBudget _budget;
    private byte[]? _buffer;

    public Frame(FramePool pool, ByteBudget budget, int length)
    {
        _pool = pool;
        _budget = budget;
        Length = length;
        _buffer = pool.Rent(length);
    }

    public int Length { get; }

    public Memory<byte> Memory => (_buffer ?? throw new ObjectDisposedException(nameof(Frame))).AsMemory(0, Length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            _pool.Return(buffer);
            _budget.Release(Length);
        }
    }
}
