using System.Diagnostics;
using System.Globalization;
using LogFlow.Testing;

namespace LogFlow.Benchmarks;

/// <summary>
/// <c>dotnet run -c Release --project tests/LogFlow.Benchmarks -- pipeline [LINES]</c>: a generated access log through
/// <c>logflow up</c>, first all in one process (what users run), then with each part in a process of its own, so that
/// CPU time and memory can be told apart.
/// </summary>
internal static class PipelineBenchmark
{
    private const int Seed = 20261120;

    /// <summary>Runs and prints.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var lines = arguments.Length > 0 ? long.Parse(arguments[0], CultureInfo.InvariantCulture) : 1_000_000;
        using var folder = new TempDirectory();
        var log = folder.File("access.log");
        new AccessLogGenerator(Seed).WriteFile(log, lines);
        var bytes = new FileInfo(log).Length;

        // Memory that a virtual machine has never touched is slow the first time; reading warms the file as well.
        await File.ReadAllBytesAsync(log);
        Console.WriteLine(
            $"{lines:N0} lines, {bytes / 1e6:0.0} MB, {(double)bytes / lines:0} bytes a line, "
            + $"{Environment.ProcessorCount} cores\n");
        await MeasureStartAsync(folder);
        await MeasureAllInOneAsync(folder, log, lines, bytes);
        await MeasurePartsAsync(folder, log, lines, bytes);
        return 0;
    }

    private static async Task MeasureStartAsync(TempDirectory folder)
    {
        var log = folder.File("first.log");
        new AccessLogGenerator(Seed).WriteFile(log, 1);
        var clock = Stopwatch.StartNew();
        await using var appliance = await Appliance.StartAsync(folder.File("start"), [log]);
        await Eventually.TrueAsync(async () => await appliance.CountAsync() >= 1, "the first line");
        Console.WriteLine($"start to first searchable line: {clock.Elapsed.TotalSeconds:0.00} s\n");
    }

    private static async Task MeasureAllInOneAsync(TempDirectory folder, string log, long lines, long bytes)
    {
        Console.WriteLine("all in one process");
        PrintHeader();
        await using var appliance = await Appliance.StartAsync(folder.File("one"), [log]);
        var clock = Stopwatch.StartNew();
        await appliance.WaitForAsync("linesQueued", lines);
        Print("file -> queue", lines, bytes, clock.Elapsed, appliance.Usage());
        await appliance.WaitForAsync("documentsIndexed", lines);
        Print("file -> searchable", lines, bytes, clock.Elapsed, appliance.Usage());
        var count = await appliance.CountAsync();
        Console.WriteLine($"{count:N0} documents found\n");
    }

    private static async Task MeasurePartsAsync(TempDirectory folder, string log, long lines, long bytes)
    {
        Console.WriteLine("each part in a process of its own: first file -> queue, then queue -> searchable");
        PrintHeader();
        await using var queue = await Appliance.StartAsync(
            folder.File("queue"), [log], "agent.enabled=false", "processor.enabled=false", "store.enabled=false");
        var queueBefore = queue.Usage();
        var clock = Stopwatch.StartNew();
        await using (var agent = await Appliance.StartAsync(
            folder.File("agent"),
            [log],
            "queue.enabled=false", "processor.enabled=false", "store.enabled=false", $"queue.address={queue.Queue}"))
        {
            await agent.WaitForAsync("linesQueued", lines);
            Print("agent", lines, bytes, clock.Elapsed, agent.Usage());
            Print("queue (taking in)", lines, bytes, clock.Elapsed, queue.Usage().Since(queueBefore));
        }

        await using var store = await Appliance.StartAsync(
            folder.File("store"), [log], "agent.enabled=false", "processor.enabled=false", "queue.enabled=false");
        queueBefore = queue.Usage();
        clock.Restart();
        await using var processor = await Appliance.StartAsync(
            folder.File("processor"),
            [log],
            "agent.enabled=false", "queue.enabled=false", "store.enabled=false",
            $"queue.address={queue.Queue}", $"store.address={store.Store}",
            $"processor.output.store.secret_file={folder.File("store/store/positions-secret")}");
        await store.WaitForAsync("documentsIndexed", lines);
        Print("processor", lines, bytes, clock.Elapsed, processor.Usage());
        Print("store", lines, bytes, clock.Elapsed, store.Usage());
        Print("queue (giving out)", lines, bytes, clock.Elapsed, queue.Usage().Since(queueBefore));
    }

    private static void PrintHeader() =>
        Console.WriteLine($"{"",-22}{"lines/s",10}{"MB/s",8}{"seconds",9}{"CPU s",8}{"us/line",9}{"peak RSS",10}");

    private static void Print(string what, long lines, long bytes, TimeSpan time, ProcessUsage usage)
    {
        var seconds = time.TotalSeconds;
        Console.WriteLine(
            $"{what,-22}{lines / seconds,10:N0}{bytes / seconds / 1e6,8:0.0}{seconds,9:0.00}{usage.CpuSeconds,8:0.00}"
            + $"{usage.CpuSeconds * 1e6 / lines,9:0.0}{usage.PeakBytes / 1048576.0,6:0} MiB");
    }
}
