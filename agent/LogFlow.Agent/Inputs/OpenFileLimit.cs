using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// How many files are open at the same time, over all inputs. .NET raises the process's soft limit to the hard one; a
/// part of it is left to sockets and everything else.
/// </summary>
internal sealed class OpenFileLimit(int limit)
{
    private const int LimitMax = 8192;
    private const int LimitMin = 64;

    private int _open;

    /// <summary>Half of the descriptors that the process may have, 8192 at most.</summary>
    public static OpenFileLimit ForProcess()
    {
        var descriptors = OperatingSystem.IsWindows() ? LimitMax * 2 : FileDescriptorLimit.Get();
        return new OpenFileLimit((int)Math.Clamp(descriptors / 2, LimitMin, LimitMax));
    }

    /// <summary>Files open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Takes a place if there is one.</summary>
    public bool TryAcquire()
    {
        if (Interlocked.Increment(ref _open) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _open);
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Release() => Interlocked.Decrement(ref _open);
}
