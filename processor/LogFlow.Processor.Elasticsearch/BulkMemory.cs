using LogFlow.Platform;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>The memory that bulk requests and answers are built in; one pool for all outputs of a process.</summary>
public static class BulkMemory
{
    // What a busy processor has in flight at once; more is given back to the runtime.
    private const long KeptBytesMax = 32 * 1024 * 1024;

    /// <summary>The pool.</summary>
    public static BytePool Pool { get; } = new(KeptBytesMax);
}
