using System.Diagnostics;
using System.Globalization;
using LogFlow.Testing;

namespace LogFlow.Benchmarks;

/// <summary>
/// <c>dotnet run -c Release --project tests/LogFlow.Benchmarks -- soak [MINUTES] [LINES_PER_SECOND]</c>: an access log
/// that grows and is rotated, through <c>logflow up</c> with a short retention, and what the process holds each minute:
/// memory, descriptors, threads, disk. At the end the last quarter stands beside the second one, and every line must
/// have been indexed.
/// </summary>
internal static class SoakBenchmark
{
    private const int Seed = 20261130;
    private const long RotatedBytes = 64_000_000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs and prints.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var minutes = arguments.Length > 0 ? double.Parse(arguments[0], CultureInfo.InvariantCulture) : 60;
        var rate = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 2_000;
        using var folder = new TempDirectory();
        Directory.CreateDirectory(folder.File("logs"));
        using var log = new RotatedLog(folder.File("logs/access.log"), RotatedBytes);
        await using var appliance = await Appliance.StartAsync(
            folder.File("data"),
            [folder.File("logs/access.log*")],
            "queue.log.segment.bytes=33554432", "queue.log.retention.bytes=67108864",
            "queue.log.retention.check.interval.ms=10000", "store.retention.bytes=50000000");
        Console.WriteLine($"{"minute",7}{"lines",13}{"RSS MiB",9}{"files",7}{"threads",9}{"disk MB",9}{"CPU %",7}");
        var samples = await WriteAsync(appliance, log, folder.File("data"), TimeSpan.FromMinutes(minutes), rate);
        await appliance.WaitForAsync("documentsIndexed", log.LineCount);
        var indexed = await appliance.ReadAsync("documentsIndexed");
        PrintEnd(samples, log.LineCount, indexed);
        return indexed == log.LineCount ? 0 : 1;
    }

    private static async Task<List<SoakSample>> WriteAsync(
        Appliance appliance, RotatedLog log, string data, TimeSpan duration, int rate)
    {
        var generator = new AccessLogGenerator(Seed);
        var samples = new List<SoakSample>();
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Tick);
        var nextSample = TimeSpan.FromMinutes(1);
        var cpu = 0.0;
        while (clock.Elapsed < duration && await timer.WaitForNextTickAsync())
        {
            var due = (long)(clock.Elapsed.TotalSeconds * rate);
            while (log.LineCount < due)
            {
                log.Write(generator.Next(log.LineCount));
            }

            log.Flush();
            if (clock.Elapsed >= nextSample)
            {
                var sample = SoakSample.Take(appliance.ProcessId, data);
                var percent = (sample.CpuSeconds - cpu) / 60 * 100;
                Console.WriteLine(
                    $"{samples.Count + 1,7}{log.LineCount,13:N0}{sample.RssBytes / 1048576.0,9:0}{sample.Descriptors,7}"
                    + $"{sample.Threads,9}{sample.DiskBytes / 1e6,9:0}{percent,7:0.0}");
                cpu = sample.CpuSeconds;
                samples.Add(sample);
                nextSample += TimeSpan.FromMinutes(1);
            }
        }

        return samples;
    }

    private static void PrintEnd(List<SoakSample> samples, long written, long indexed)
    {
        Console.WriteLine($"\n{written:N0} lines written, {indexed:N0} indexed");
        var quarter = samples.Count / 4;
        if (quarter == 0)
        {
            return;
        }

        var second = samples[quarter..(2 * quarter)];
        var last = samples[^quarter..];
        Compare("RSS", sample => sample.RssBytes);
        Compare("descriptors", sample => sample.Descriptors);
        Compare("threads", sample => sample.Threads);
        Compare("disk", sample => sample.DiskBytes);

        void Compare(string what, Func<SoakSample, double> value) => Console.WriteLine(
            $"{what}: last quarter / second quarter = {last.Average(value) / second.Average(value):0.00}");
    }
}
