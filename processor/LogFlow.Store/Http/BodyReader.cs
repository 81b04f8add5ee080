using LogFlow.Platform;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary>
/// The memory for request bodies. Bytes count as they arrive, not as they are announced: who announces much and sends
/// nothing holds a buffer of 4 KiB. Small bodies have a reserve; the processor, which proves itself by the store's
/// secret, has a budget of its own; who is slow while others wait is cut off.
/// </summary>
internal sealed class BodyReader : IDisposable
{
    /// <summary>How long a body may wait for memory before its request is answered 429.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    private const long KeptBytesMax = 16 << 20;
    private const long ReserveBytes = 8 << 20;

    private readonly StoreSecret _secret;

    public BodyReader(int lengthMax, StoreSecret secret, TimeProvider time)
    {
        LengthMax = lengthMax;
        Time = time;
        _secret = secret;

        // One body of the largest size fits always: beside what all others hold, by the overdraft.
        var bytesMax = Math.Max(64 << 20, (long)lengthMax);
        Others = new ByteBudget(new ByteBudgetOptions
        {
            BytesMax = bytesMax + ReserveBytes,
            ReserveBytes = ReserveBytes,
            OverdraftBytesMax = lengthMax + 1L,
            ShareBytesMax = bytesMax,
        }, time);
        Trusted = new ByteBudget(new ByteBudgetOptions
        {
            BytesMax = 64 << 20,
            OverdraftBytesMax = lengthMax + 1L,
        }, time);
    }

    /// <summary>The largest body, decompressed.</summary>
    public int LengthMax { get; }

    public TimeProvider Time { get; }

    public BytePool Pool { get; } = new(KeptBytesMax);

    public ByteBudget Others { get; }

    public ByteBudget Trusted { get; }

    /// <summary>A body that is read when an endpoint asks for it.</summary>
    public RequestBody Open(HttpContext context) =>
        new(context, this, _secret.IsHeldBy(context.Request) ? Trusted : Others);

    public void Dispose()
    {
        Others.Dispose();
        Trusted.Dispose();
    }
}
