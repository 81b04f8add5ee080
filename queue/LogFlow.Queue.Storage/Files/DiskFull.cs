namespace LogFlow.Queue.Storage;

/// <summary>Tells "no space" from other disk errors.</summary>
public static class DiskFull
{
    private const int Enospc = 28;
    private const int Edquot = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether the disk, or the user's quota of it, has no space left.</summary>
    public static bool Is(Exception error) =>
        error is IOException && (error.HResult is Enospc or Edquot or WindowsDiskFull);

    /// <summary>The error that a full disk gives; for file systems of tests.</summary>
    public static IOException Create() => new("no space left on device", Enospc);
}
