using System.Globalization;
using LogFlow.Testing;

namespace LogFlow.Benchmarks;

/// <summary>
/// <c>dotnet run -c Release --project tests/LogFlow.Benchmarks -- cost [filter|store|grok] [ROUNDS]</c>: CPU time
/// and allocated bytes a line of the processor's filter stage and of the store, each alone in this process, once all
/// code is compiled; <c>grok</c>: of lists of patterns of which the last one matches. Unlike lines a second these hold
/// on a machine that does other work as well.
/// </summary>
internal static class CostBenchmark
{
    private const int Seed = 20261120;
    private const int LineCount = 20_000;
    private const int WarmUpRounds = 3;

    /// <summary>Runs and prints.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var part = arguments.Length > 0 ? arguments[0] : "all";
        var rounds = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 40;
        var records = AccessRecords.Create(new AccessLogGenerator(Seed), 0, LineCount);
        var filter = new FilterCost(records);
        var bodies = filter.CreateBodies();
        Console.WriteLine(
            $"{LineCount:N0} lines, {filter.BytesIn / (double)LineCount:0} bytes an event, "
            + $"{bodies.Sum(body => body.Bytes.Length) / (double)LineCount:0} bytes a document\n");
        Console.WriteLine($"{"",-16}{"us/line (best)",16}{"median",9}{"bytes/line",12}{"gen0",6}{"gen2",6}");
        if (part is "all" or "filter")
        {
            Measure("filter", rounds, filter.Run);
        }

        if (part is "all" or "store")
        {
            await MeasureAsync("store", rounds, () => StoreCost.RunAsync(bodies));
        }

        if (part == "grok")
        {
            foreach (var (anchor, name) in (ReadOnlySpan<(string, string)>)[("^", "anchored"), ("", "unanchored")])
            {
                foreach (var candidates in (ReadOnlySpan<int>)[1, 10, 50])
                {
                    var grok = new GrokCost(records, candidates, anchor);
                    Measure($"{candidates} {name}", rounds, grok.Run);
                }
            }
        }

        return 0;
    }

    private static void Measure(string name, int rounds, Action round) => MeasureAsync(name, rounds, () =>
    {
        round();
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    private static async Task MeasureAsync(string name, int rounds, Func<Task> round)
    {
        for (var i = 0; i < WarmUpRounds; i++)
        {
            await round();
        }

        // The optimizing compiler works on a thread of its own, which would be counted.
        await Task.Delay(500);
        var micros = new double[rounds];
        long bytes = 0;
        var (gen0, gen2) = (GC.CollectionCount(0), GC.CollectionCount(2));
        for (var i = 0; i < rounds; i++)
        {
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var before = Environment.CpuUsage.TotalTime;
            await round();
            micros[i] = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / LineCount;
            bytes = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        }

        Array.Sort(micros);
        Console.WriteLine(
            $"{name,-16}{micros[0],16:0.00}{micros[rounds / 2],9:0.00}{bytes / (double)LineCount,12:N0}"
            + $"{GC.CollectionCount(0) - gen0,6}{GC.CollectionCount(2) - gen2,6}");
    }
}
