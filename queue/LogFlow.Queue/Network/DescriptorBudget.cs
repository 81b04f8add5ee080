using LogFlow.Platform;

namespace LogFlow.Queue;

/// <summary>
/// How many connections the process's file descriptors allow. Each connection takes one; each partition one for the
/// file that is written, and while it is read another; the runtime, its files and the HTTP endpoint take the rest.
/// </summary>
/// <param name="Limit">What the process may have open.</param>
/// <param name="Partitions">Partitions that there are.</param>
/// <param name="Configured"><c>max.connections</c>.</param>
internal readonly record struct DescriptorBudget(long Limit, int Partitions, int Configured)
{
    /// <summary>191 were counted in an idle queue, its console's and its log's files included.</summary>
    private const int RuntimeDescriptors = 200;

    private const int DescriptorsPerPartition = 2;

    /// <summary>So few are always let in; the log's own reserve is what holds then.</summary>
    private const int ConnectionsMin = 16;

    /// <summary>What all that is configured needs.</summary>
    public long Needed => RuntimeDescriptors + ((long)DescriptorsPerPartition * Partitions) + Configured;

    /// <summary>Not all connections can be had that are configured.</summary>
    public bool IsShort => Needed > Limit;

    /// <summary>The connections that are let in.</summary>
    public int ConnectionsMax => (int)Math.Clamp(
        Limit - RuntimeDescriptors - ((long)DescriptorsPerPartition * Partitions),
        Math.Min(ConnectionsMin, Configured),
        Configured);

    /// <summary>For this process, whose soft limit .NET has raised to the hard one.</summary>
    public static DescriptorBudget ForProcess(int partitions, int configured) =>
        new(OperatingSystem.IsWindows() ? long.MaxValue : FileDescriptorLimit.Get(), partitions, configured);
}
