using System.Globalization;

namespace LogFlow.Benchmarks.Pipeline;

/// <summary>CPU time and peak memory of a process, as Linux counts them (proc(5)).</summary>
internal sealed record ProcessUsage(double CpuSeconds, long PeakBytes)
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
        var peak = File.ReadLines($"/proc/{processId}/status")
            .First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        var kilobytes = peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return new ProcessUsage(ticks / TicksPerSecond, long.Parse(kilobytes, CultureInfo.InvariantCulture) * 1024);
    }

    /// <summary>The CPU time since an earlier reading; the peak stays that of the whole life.</summary>
    public ProcessUsage Since(ProcessUsage earlier) => this with { CpuSeconds = CpuSeconds - earlier.CpuSeconds };
}
