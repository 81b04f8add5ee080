namespace LogFlow.Platform;

/// <summary>How many descriptors (files, sockets) the process may have open.</summary>
public static class FileDescriptorLimit
{
    /// <summary>What POSIX promises where the system does not say.</summary>
    private const long Assumed = 256;

    /// <summary>The soft limit, which .NET raises to the hard one at start.</summary>
    public static long Get() => LibC.GetResourceLimit(LibC.RlimitOpenFiles, out var limit) == 0
        ? (long)Math.Min(limit.Current, long.MaxValue)
        : Assumed;
}
