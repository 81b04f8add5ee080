using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>queue.mem</c>: how much may be read but not yet acknowledged. Full: files are read no further.</summary>
[AcceptedKey("flush", "says nothing: a batch leaves as soon as the queue is idle", IsQuiet = true)]
public sealed class MemoryQueueConfig
{
    /// <summary>The most events. 0: bounded by <see cref="Bytes"/> alone (Filebeat: 3200).</summary>
    [ConfigKey("events")]
    public int Events { get; set; }

    /// <summary>The most bytes, of encoded events. LogFlow's own key; Filebeat has no such bound.</summary>
    [ConfigKey("bytes")]
    public ByteSize Bytes { get; set; } = 16L << 20;
}
