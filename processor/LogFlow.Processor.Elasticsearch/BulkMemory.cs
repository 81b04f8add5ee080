using LogFlow.Platform;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>The memory that bulk requests and answers are built in; one pool for all outputs of a process.</summary>
public static class BulkMemory
{
    // What a busy processor has in flight at once; more is given back to the runtime.
    private const long KeptBytesMax = 32 * 1024 * 1024;

    private static readonly TimeSpan TrimInterval = TimeSpan.FromSeconds(30);

    private static long _trimmedAt;

    /// <summary>The pool.</summary>
    public static BytePool Pool { get; } = new(KeptBytesMax);

    /// <summary>Called about once a second by whoever uses it: gives up what was not needed for a while.</summary>
    public static void TrimNowAndThen(TimeProvider time)
    {
        var now = time.GetTimestamp();
        var last = Volatile.Read(ref _trimmedAt);
        if (time.GetElapsedTime(last, now) >= TrimInterval
            && Interlocked.CompareExchange(ref _trimmedAt, now, last) == last)
        {
            Pool.Trim();
        }
    }
}
