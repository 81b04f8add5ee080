using System.Runtime.InteropServices;

namespace LogFlow.Platform;

/// <summary>
/// How much processor time the calling thread has used: what it did, not how long it waited for its turn.
/// </summary>
public static class ThreadCpuTime
{
    private const int LinuxThreadCpuTime = 3;
    private const int MacThreadCpuTime = 16;

    /// <summary>The time used since the thread began; null where the system does not tell.</summary>
    public static TimeSpan? Now
    {
        get
        {
            if (OperatingSystem.IsWindows())
            {
                return Kernel32.GetThreadTimes(Kernel32.GetCurrentThread(), out _, out _, out var kernel, out var user)
                    ? TimeSpan.FromTicks(kernel + user)
                    : null;
            }

            var clock = OperatingSystem.IsMacOS() ? MacThreadCpuTime : LinuxThreadCpuTime;
            return LibC.ClockGetTime(clock, out var time) == 0
                ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / 100)
                : null;
        }
    }

    /// <summary><c>struct timespec</c> of 64-bit systems.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
