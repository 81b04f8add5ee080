using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// How many files are open at the same time: over all inputs, and within one where that has a limit of its own. .NET
/// raises the process's soft limit to the hard one; a part of it is left to sockets and everything else.
/// </summary>
/// <param name="limit">The most.</param>
/// <param name="outer">The limit that holds besides; null: none.</param>
internal sealed class OpenFileLimit(int limit, OpenFileLimit? outer = null)
{
    private const int LimitMax = 8192;

    /// <summary>What the runtime, sockets, the registry and notifications need; about 110 were counted.</summary>
    private const int DescriptorsReserved = 128;

    /// <summary>With fewer descriptors than this the runtime itself fails in odd ways.</summary>
    private const int DescriptorsMin = 256;

    private int _open;

    /// <summary>Files open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Half of the descriptors that the process may have and does not need, 8192 at most.</summary>
    /// <exception cref="Hosting.StartupException">There are too few to run at all.</exception>
    public static OpenFileLimit ForProcess() => new(ForDescriptors(
        OperatingSystem.IsWindows() ? LimitMax * 2 : FileDescriptorLimit.Get()));

    /// <summary>The limit for a process that may have so many descriptors.</summary>
    /// <exception cref="Hosting.StartupException">They are too few to run at all.</exception>
    internal static int ForDescriptors(long descriptors)
    {
        if (descriptors < DescriptorsMin)
        {
            throw new Hosting.StartupException(
                $"this process may open {descriptors} files only, and the agent needs {DescriptorsMin} or more; raise "
                + "the limit (ulimit -n, or LimitNOFILE= of the service)");
        }

        return (int)Math.Min((descriptors - DescriptorsReserved) / 2, LimitMax);
    }

    /// <summary>Takes a place if there is one.</summary>
    public bool TryAcquire()
    {
        if (Interlocked.Increment(ref _open) <= limit && (outer is null || outer.TryAcquire()))
        {
            return true;
        }

        Interlocked.Decrement(ref _open);
        return false;
    }

    /// <summary>An open file that gives its place back when it is closed.</summary>
    public ILogFile Hold(ILogFile file) => new HeldFile(this, file);

    /// <summary>Gives a place back for which no file could be opened.</summary>
    public void Release()
    {
        Interlocked.Decrement(ref _open);
        outer?.Release();
    }

    private sealed class HeldFile(OpenFileLimit limit, ILogFile file) : ILogFile
    {
        private int _isClosed;

        public bool IsCompressed => file.IsCompressed;

        public FileStatus GetStatus() => file.GetStatus();

        public long GetLength() => file.GetLength();

        public int Read(Span<byte> buffer, long position) => file.Read(buffer, position);

        public bool MayHaveWriters() => file.MayHaveWriters();

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isClosed, 1) == 0)
            {
                file.Dispose();
                limit.Release();
            }
        }
    }
}
