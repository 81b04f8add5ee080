using System.Globalization;

namespace LogFlow.Benchmarks;

/// <summary>CPU time and memory, peak and current, of a process, as Linux counts them (proc(5)).</summary>
internal sealed record ProcessUsage(double CpuSeconds, long PeakBytes, long CurrentBytes)
{
    // USER_HZ, which is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Reads a running process's usage.</summary>
    public static ProcessUsage Read(int processId)
    {
        // The name in parentheses may hold blanks; fields are counted behind it. utime and stime are fields 14 and 15.
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture)
            + long.Parse(fields[12], CultureInfo.InvariantCulture);
        var status = File.ReadAllLines($"/proc/{processId}/status");
        return new ProcessUsage(ticks / TicksPerSecond, ReadBytes(status, "VmHWM:"), ReadBytes(status, "VmRSS:"));
    }

    /// <summary>CPU time of this process's children that have ended.</summary>
    public static double ReadChildrenSeconds()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[13], CultureInfo.InvariantCulture)
            + long.Parse(fields[14], CultureInfo.InvariantCulture);
        return ticks / TicksPerSecond;
    }

    /// <summary>The CPU time since an earlier reading; the peak stays that of the whole life.</summary>
    public ProcessUsage Since(ProcessUsage earlier) => this with { CpuSeconds = CpuSeconds - earlier.CpuSeconds };

    private static long ReadBytes(string[] status, string name)
    {
        var line = Array.Find(status, line => line.StartsWith(name, StringComparison.Ordinal))!;
        var kilobytes = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kilobytes, CultureInfo.InvariantCulture) * 1024;
    }
}
