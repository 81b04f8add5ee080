using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Store;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Appliance.Tests;

/// <summary><c>logflow search</c> against a real store.</summary>
public sealed class SearchRunnerTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Follow_MoreThanAPageAtOnceAndAnOutage_ShowsEveryLineOnce()
    {
        using var folder = new TempDirectory();
        var (store, port) = await StartAsync(folder.Path, 0);
        await AddAsync(port, 0, 3);
        using var stop = new CancellationTokenSource();
        var lines = new LineCollector();
        var notes = new LineCollector();
        var options = Options(port) with { IsFollow = true, Fields = ["message"], Limit = 0 };
        var runner = new SearchRunner(options, lines, notes, isColoured: false, TimeProvider.System);
        var running = runner.RunAsync(stop.Token);
        await Eventually.TrueAsync(
            () => lines.IsFlushed, "the first answer is there: following has begun");

        // No event.ingested, as other senders' documents have none.
        await AddAsync(port, 3, 25_000);
        await Eventually.TrueAsync(() => lines.Count == 24_997, "all of them are shown", Soon);

        await store.StopAsync(CancellationToken.None);
        await store.DisposeAsync();
        await Eventually.TrueAsync(() => notes.Count == 1, "the outage is said once", Soon);
        var (again, _) = await StartAsync(folder.Path, port);
        await AddAsync(port, 25_000, 25_005);
        await Eventually.TrueAsync(() => lines.Count == 25_002 && notes.Count == 2, "it goes on", Soon);
        await stop.CancelAsync();
        await running;
        await again.StopAsync(CancellationToken.None);
        await again.DisposeAsync();
        Assert.Equal(
            Enumerable.Range(3, 25_002).Select(i => $"line {i}"), lines.Lines.Select(line => line.Split('\t')[1]));
    }

    [Fact]
    public async Task Limit_AboveAPage_IsReadInPages()
    {
        using var folder = new TempDirectory();
        var (store, port) = await StartAsync(folder.Path, 0);
        await AddAsync(port, 0, 23_456);
        var lines = new LineCollector();
        var options = Options(port) with { Limit = 100_000, IsJson = true, Fields = ["message", "nothing"] };
        await new SearchRunner(options, lines, new LineCollector(), false, TimeProvider.System).RunAsync(default);
        Assert.Equal(23_456, lines.Lines.Distinct().Count());
        Assert.Equal("""{"message":"line 23455"}""", lines.Lines[0]);
        await store.StopAsync(CancellationToken.None);
        await store.DisposeAsync();
    }

    [Theory]
    [InlineData("host.nam:web", "no document has a field 'host.nam': did you mean 'host.name'?")]
    [InlineData("host.name:web and not line", "'and' was searched for as a word; the operators are AND, OR, NOT")]
    [InlineData("status >= 500", "'status >= 500' is written status:>=500")]
    [InlineData("", "1 more are dated in the future (--until with a later time shows them)")]
    public async Task Summary_SaysWhatTheUserMissed(string query, string expected)
    {
        using var folder = new TempDirectory();
        var (store, port) = await StartAsync(folder.Path, 0);
        await AddAsync(port, 0, 3);
        var future = DateTime.UtcNow.AddDays(11);
        await PostAsync(port, $"{{\"create\":{{}}}}\n{{\"@timestamp\":\"{future:O}\",\"message\":\"m\"}}\n");
        var lines = new LineCollector();
        var notes = new LineCollector();
        await new SearchRunner(Options(port) with { Query = query }, lines, notes, false, TimeProvider.System)
            .RunAsync(default);
        Assert.Contains(expected, notes.Lines);
        Assert.DoesNotContain(lines.Lines, line => line.EndsWith(" m", StringComparison.Ordinal));
        await store.StopAsync(CancellationToken.None);
        await store.DisposeAsync();
    }

    private static SearchOptions Options(int port) => new() { Url = new Uri($"http://127.0.0.1:{port}") };

    private static async Task<(StoreService Store, int Port)> StartAsync(string folder, int port)
    {
        var config = new StoreConfig { PathData = folder, HttpPort = port, DiskFreeMin = default, RetentionDays = 0 };
        var store = new StoreService(config, NullLoggerFactory.Instance, new Meters(), TimeProvider.System);
        await store.StartAsync(CancellationToken.None);
        return (store, store.Port);
    }

    private static Task AddAsync(int port, int first, int next)
    {
        var body = new StringBuilder();
        var time = DateTime.UtcNow.AddHours(-1);
        for (var i = first; i < next; i++)
        {
            var document = new JsonObject
            {
                ["@timestamp"] = time.AddMilliseconds(i).ToString("O"),
                ["message"] = $"line {i}",
                ["host"] = new JsonObject { ["name"] = "web" },
                ["status"] = 200,
            };
            body.Append("{\"create\":{}}\n").Append(document.ToJsonString()).Append('\n');
        }

        return PostAsync(port, body.ToString());
    }

    private static async Task PostAsync(int port, string body)
    {
        using var http = new HttpClient();
        using var content = new StringContent(body, Encoding.UTF8, "application/x-ndjson");
        using var response = await http.PostAsync(new Uri($"http://127.0.0.1:{port}/logs-a-b/_bulk"), content);
        Assert.Contains("\"errors\":false", await response.Content.ReadAsStringAsync());
    }

    private sealed class LineCollector : StringWriter
    {
        private readonly Lock _lock = new();
        private readonly List<string> _lines = [];

        public bool IsFlushed { get; private set; }

        public int Count
        {
            get
            {
                lock (_lock)
                {
                    return _lines.Count;
                }
            }
        }

        public List<string> Lines
        {
            get
            {
                lock (_lock)
                {
                    return [.. _lines];
                }
            }
        }

        public override void WriteLine(string? value)
        {
            lock (_lock)
            {
                _lines.Add(value ?? "");
            }
        }

        public override void WriteLine(StringBuilder? value) => WriteLine(value?.ToString());

        public override Task WriteLineAsync(string? value)
        {
            WriteLine(value);
            return Task.CompletedTask;
        }

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            IsFlushed = true;
            return Task.CompletedTask;
        }
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
            // They end with the process.
        }
    }
}
