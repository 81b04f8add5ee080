using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using LogFlow.Testing;

namespace LogFlow.Appliance.Tests;

/// <summary>Alerts before a server that counts what the test says, on a clock that the test moves.</summary>
internal sealed class AlertsRun : IAsyncDisposable
{
    private readonly LoopbackServer _server;
    private AlertsService? _service;

    private AlertsRun(LoopbackServer server, TempDirectory folder) => (_server, Folder) = (server, folder);

    public TempDirectory Folder { get; }

    public ManualTime Time { get; } = new();

    public CollectingLogs Logs { get; } = new();

    public CountingMeters Meters { get; } = new();

    /// <summary>Lines that each search finds.</summary>
    public long Count { get; set; }

    /// <summary>The status of answers.</summary>
    public int Answer { get; set; } = 200;

    public bool IsReady { get; set; } = true;

    /// <summary>How often it was asked whether the store is ready.</summary>
    public int ReadyAsked { get; private set; }

    public bool IsBehind { get; set; }

    /// <summary>The bodies of searches.</summary>
    public ConcurrentQueue<JsonNode> Searches { get; } = [];

    public AlertsService Service => _service!;

    public string StateFile => Folder.File("alerts", "state.json");

    public static async Task<AlertsRun> CreateAsync(TempDirectory folder)
    {
        AlertsRun? run = null;
        var server = await LoopbackServer.StartAsync(async context =>
        {
            var body = await JsonNode.ParseAsync(context.Request.Body);
            await LoopbackServer.AnswerAsync(context, run!.Answer, run.Answer == 200
                ? $$$"""
                    {"timed_out":false,"_shards":{"failed":0},"hits":{"total":{"value":{{{run.Count}}}},"hits":[
                    {"_source":{"@timestamp":"2026-01-02T03:04:00Z","message":"it\nbroke"}}]}}
                    """.Trim()
                : """{"error":{"reason":"not today"},"status":503}""");
            run.Searches.Enqueue(body!);
        });
        return run = new AlertsRun(server, folder);
    }

    /// <summary>An alert that fires above ten lines, and posts to each of the addresses.</summary>
    public static AlertConfig Alert(params Uri[] hooks) => new()
    {
        Name = "many errors",
        Query = "log.level:error",
        Above = 10,
        Actions = [.. hooks.Select(static url => new AlertActionConfig
        {
            Webhook = new AlertWebhookConfig { Url = url.ToString() },
        })],
    };

    public async Task StartAsync(params AlertConfig[] alerts)
    {
        _service = new AlertsService(
            alerts,
            new SmtpConfig(),
            Folder.Path,
            new SearchClient(_server.Url, ServerAccess.None, "the query", isTool: false),
            new AlertSurroundings
            {
                IsReady = () =>
                {
                    ReadyAsked++;
                    return IsReady;
                },
                IsBehind = () => IsBehind,
                Console = static () => "http://console",
            },
            Logs,
            Meters,
            Time);
        await _service.StartAsync(CancellationToken.None);
    }

    public async Task StopAsync()
    {
        await _service!.StopAsync(CancellationToken.None);
        Assert.False(_service.Completion.IsFaulted, $"{_service.Completion.Exception}");
        await _service.DisposeAsync();
        _service = null;
    }

    /// <summary>Waits for the first evaluation with a number of lines.</summary>
    public async Task FirstAsync(long count)
    {
        Count = count;
        await EvaluatedAsync(Time.GetUtcNow());
    }

    /// <summary>Moves the clock to the next evaluation (a minute on), which finds so many lines.</summary>
    public async Task NextAsync(long count, int ms = 60_000)
    {
        Count = count;
        Time.AdvanceMs(ms);
        await EvaluatedAsync(Time.GetUtcNow());
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        await _server.DisposeAsync();
        Meters.Dispose();
    }

    private Task EvaluatedAsync(DateTimeOffset due) => Eventually.TrueAsync(
        () => Service.GetStatus().All(alert => alert.State.Evaluated == due && alert.State.Count == Count),
        $"the evaluation of {due:O}");
}
