namespace LogFlow.Processor.Pipeline;

/// <summary>
/// What one plugin did in one worker. Only the worker writes, so plain fields do; readers see each value whole.
/// </summary>
public sealed class PluginCounters
{
    internal long InCount;
    internal long OutCount;
    internal long FailureCount;
    internal long MatchCount;
    internal long ElapsedTicks;

    internal PluginCounters(PluginNode plugin) => Plugin = plugin;

    /// <summary>The plugin.</summary>
    public PluginNode Plugin { get; }

    /// <summary>Events that entered.</summary>
    public long In => Volatile.Read(ref InCount);

    /// <summary>Events that left: without the dropped and failed, with the new ones.</summary>
    public long Out => Volatile.Read(ref OutCount);

    /// <summary>Events the plugin could not handle: tagged as failed, or dead-lettered.</summary>
    public long Failures => Volatile.Read(ref FailureCount);

    /// <summary>Events the plugin was successful with.</summary>
    public long Matches => Volatile.Read(ref MatchCount);

    /// <summary>Time spent. Measured on every sixteenth event and multiplied: the clock must not cost more than a
    /// filter.
    /// </summary>
    public TimeSpan Duration => System.Diagnostics.Stopwatch.GetElapsedTime(0, Volatile.Read(ref ElapsedTicks));
}
