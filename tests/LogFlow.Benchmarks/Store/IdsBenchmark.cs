using System.Diagnostics;
using System.Globalization;
using System.Text;
using LogFlow.Store;
using LogFlow.Testing;

namespace LogFlow.Benchmarks;

/// <summary>
/// What ids of the sender's choice cost: bulks of 2,000 small documents with and without ids, in turn, into a store
/// that holds some hundred thousand documents with ids already. The ratio counts, not the seconds.
/// </summary>
internal static class IdsBenchmark
{
    private const int BulkCount = 2000;

    public static async Task<int> RunAsync(string[] args)
    {
        var standing = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 400_000;
        using var folder = new TempDirectory();
        using var metrics = new StoreMetrics(new Meters(), TimeProvider.System);
        await using var engine = StoreCost.Open(folder.File("store"), metrics);
        var next = 0;
        while (next < standing)
        {
            await AddAsync(engine, Body(ref next, 50 * BulkCount, hasIds: true));
        }

        var with = new List<double>();
        var without = new List<double>();
        var random = new Random(11);
        for (var round = 0; round < 101; round++)
        {
            // The order is drawn: every eighth bulk begins a merge, which must not always meet the same kind. The first
            // round builds the filters.
            var isFirst = random.Next(2) == 0;
            foreach (var hasIds in new[] { isFirst, !isFirst })
            {
                var seconds = await AddAsync(engine, Body(ref next, BulkCount, hasIds));
                if (round > 0)
                {
                    (hasIds ? with : without).Add(seconds);
                }
            }
        }

        Console.WriteLine($"{standing} documents with ids there, bulks of {BulkCount}, {with.Count} of each, in turn");
        Report("median", values => values.Order().ElementAt(values.Count / 2));
        Report("fastest quarter", values => values.Order().ElementAt(values.Count / 4));
        return 0;

        void Report(string name, Func<List<double>, double> pick) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name,-16} with ids {pick(with) * 1000,7:0.0} ms, without "
            + $"{pick(without) * 1000,7:0.0} ms, ratio {pick(with) / pick(without):0.00}"));
    }

    private static async Task<double> AddAsync(StoreEngine engine, byte[] body)
    {
        var started = Stopwatch.GetTimestamp();
        using var request = new BulkParser(body, "logs-ids-default").TryParse(null)
            ?? throw new InvalidOperationException("the bulk cannot be read");
        var outcome = await engine.IngestAsync(request, CancellationToken.None);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        foreach (var item in request.Items)
        {
            if (outcome.Result != IngestResult.Done || item.Status != 201)
            {
                throw new InvalidOperationException($"{outcome.Reason} {item.Status} {item.Problem.Reason}");
            }
        }

        return elapsed;
    }

    private static byte[] Body(ref int next, int count, bool hasIds)
    {
        var text = new StringBuilder(count * 120);
        for (var i = 0; i < count; i++, next++)
        {
            // As Fluent Bit and Beats make them: no order, nothing to compress.
            var id = Hash(next);
            text.Append(hasIds ? $"{{\"create\":{{\"_id\":\"{id:x16}{id * 31:x4}\"}}}}\n" : "{\"create\":{}}\n");
            var time = $"2025-11-20T10:{next / 60 % 60:00}:{next % 60:00}.000Z";
            text.Append(CultureInfo.InvariantCulture,
                $"{{\"@timestamp\":\"{time}\",\"message\":\"line {next}\"}}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static ulong Hash(int number)
    {
        var hash = (ulong)number * 0x9E3779B97F4A7C15UL;
        hash ^= hash >> 29;
        return hash * 0xBF58476D1CE4E5B9UL;
    }
}
