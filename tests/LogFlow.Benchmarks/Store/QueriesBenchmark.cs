using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Store;
using LogFlow.Testing;

namespace LogFlow.Benchmarks;

/// <summary>
/// <c>dotnet run -c Release --project tests/LogFlow.Benchmarks -- queries [DOCUMENTS] [ROUNDS] [FOLDER]</c>: how long a
/// store of so many access-log documents takes for what the console and dashboards ask. Each round asks everything
/// once, over HTTP; the times are those of the client. A folder is filled once and used again in later runs.
/// </summary>
internal static class QueriesBenchmark
{
    private const int Seed = 20261120;
    private const int ChunkCount = 100_000;

    /// <summary>Runs and prints.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var documents = arguments.Length > 0 ? long.Parse(arguments[0], CultureInfo.InvariantCulture) : 10_000_000;
        var rounds = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 20;
        using var own = new TempDirectory();
        var data = arguments.Length > 2 ? arguments[2] : own.File("data");
        if (!Directory.Exists(Path.Combine(data, "store")))
        {
            await FillAsync(Path.Combine(data, "store"), documents);
        }

        await using var appliance = await Appliance.StartAsync(
            data, [], "agent.enabled=false", "processor.enabled=false", "queue.enabled=false");
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        var count = await appliance.CountAsync();
        Console.WriteLine($"{count:N0} documents, {rounds} rounds\n");
        Console.WriteLine($"{"ms",-46}{"first",9}{"median",9}{"p95",9}{"CPU",9}");
        foreach (var (name, body) in Requests(count))
        {
            var times = new double[rounds];
            var before = appliance.Usage();
            for (var round = 0; round < rounds; round++)
            {
                times[round] = await AskAsync(http, appliance.Store, body);
            }

            var cpu = appliance.Usage().Since(before).CpuSeconds * 1000 / rounds;
            var first = times[0];
            Array.Sort(times);
            Console.WriteLine(
                $"{name,-46}{first,9:0}{times[rounds / 2],9:0}{times[(int)(rounds * 0.95)],9:0}{cpu,9:0}");
        }

        Console.WriteLine($"\npeak RSS {appliance.Usage().PeakBytes / 1048576.0:0} MiB");
        return 0;
    }

    private static async Task<double> AskAsync(HttpClient http, string store, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var started = Stopwatch.GetTimestamp();
        using var answer = await http.PostAsync(new Uri($"{store}/logs-*/_search"), content);
        var text = await answer.Content.ReadAsStringAsync();
        var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return answer.IsSuccessStatusCode && !JsonNode.Parse(text)!["timed_out"]!.GetValue<bool>()
            ? elapsed
            : throw new InvalidOperationException(text);
    }

    /// <summary>What is asked, by name; the first four are the console's page Logs over everything.</summary>
    private static IEnumerable<(string Name, string Body)> Requests(long count)
    {
        const string All = "{'match_all':{}}";
        const string Newest = "'sort':[{'@timestamp':'desc'},{'_seq_no':'desc'}]";
        const string Page = "'aggs':{'level':{'filter':{'exists':{'field':'log.level'}}},"
            + "'first':{'min':{'field':'@timestamp'}},'last':{'max':{'field':'@timestamp'}}}";
        const string Bars = "'aggs':{'time':{'date_histogram':{'field':'@timestamp','fixed_interval':'3600000ms',"
            + "'min_doc_count':1},'aggs':{'by':{'terms':{'field':'log.level','size':6}}}}}";
        var rare = Query($"message:\\'rid={count / 2}\\'");
        yield return ("newest 100, counted, first and last", Search(100, true, All, Newest, Page));
        yield return ("bars by level", Search(0, false, All, Bars));
        yield return ("top values of url.path, distinct, missing", Search(0, true, All, Top("url.path")));
        yield return ("top values of source.address", Search(0, true, All, Top("source.address")));
        yield return ("newest 100 of a common word", Search(100, true, Query("message:firefox"), Newest, Page));
        yield return ("bars of a common word", Search(0, false, Query("message:firefox"), Bars));
        yield return ("another common word, all counted", Search(100, true, Query("message:windows"), Newest, Page));
        yield return ("a third common word, all counted", Search(100, true, Query("message:linux"), Newest, Page));
        yield return ("newest 50 of a rare word, not counted", Search(50, false, rare, Newest));
        yield return ("newest 50 of a rare word, counted", Search(50, true, rare, Newest));
        yield return ("a word that nobody has, counted", Search(50, true, Query("message:unheardof"), Newest));
        yield return ("status 500, newest 100, counted",
            Search(100, true, Query("http.response.status_code:500"), Newest, Page));
        yield return ("phrase, newest 50, not counted", Search(50, false, Query("\\'GET /healthz\\'"), Newest));
        yield return ("cardinality of source.address",
            Search(0, false, All, "'aggs':{'n':{'cardinality':{'field':'source.address'}}}"));
        yield return ("average bytes by path", Search(0, false, All, "'aggs':{'p':{'terms':{'field':'url.path'},"
            + "'aggs':{'b':{'avg':{'field':'http.response.body.bytes'}}}}}"));
    }

    private static string Query(string text) => "{'query_string':{'query':'" + text + "'}}";

    private static string Top(string field) =>
        "'aggs':{'missing':{'filter':{'bool':{'must_not':{'exists':{'field':'FIELD'}}}}},'top':{'terms':"
            .Replace("FIELD", field)
        + "{'field':'FIELD','size':10}},'distinct':{'cardinality':{'field':'FIELD'}}}".Replace("FIELD", field);

    private static string Search(int size, bool isCounted, string query, params string[] more)
    {
        var counted = isCounted ? "true" : "false";
        string[] parts = [$"{{'size':{size},'track_total_hits':{counted},'query':{query}", .. more];
        return (string.Join(',', parts) + "}").Replace('\'', '"');
    }

    private static async Task FillAsync(string folder, long documents)
    {
        using var metrics = new StoreMetrics(new Meters(), TimeProvider.System);
        await using var engine = StoreCost.Open(folder, metrics);
        var lines = new AccessLogGenerator(Seed);
        var filter = new FilterCost(AccessRecords.Create(lines, 0, 1));
        for (long first = 0; first < documents; first += ChunkCount)
        {
            var records = AccessRecords.Create(lines, first, (int)Math.Min(ChunkCount, documents - first));
            foreach (var body in filter.CreateBodies(records, first))
            {
                await StoreCost.AddAsync(engine, body);
            }
        }

        await engine.FlushAsync(CancellationToken.None);
    }
}
