using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Store;
using LogFlow.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.WebConsole.Tests;

/// <summary>A store with documents, and a console before it, as <c>up</c> joins them.</summary>
internal sealed class ConsoleRun : IAsyncDisposable
{
    private readonly TempDirectory _folder;
    private readonly ConsolePages _pages;
    private readonly WebApplication _application;
    private StoreService _store;

    private ConsoleRun(
        TempDirectory folder, StoreService store, IPipelineSource? pipeline, IDeadLetterBox? letters,
        IPipelineTrial? trial, JsonObject? config)
    {
        _folder = folder;
        _store = store;
        StorePort = store.Port;
        _pages = new ConsolePages(new ConsoleOptions
        {
            Backend = () => new Uri($"http://127.0.0.1:{StorePort}"),
            Pipeline = pipeline,
            DeadLetters = letters,
            Trial = trial,
            Config = config is null ? null : () => config.DeepClone().AsObject(),
        });
        _application = EmbeddedWebServer.Create(
            static kestrel => kestrel.Listen(IPAddress.Loopback, 0), TimeSpan.FromSeconds(1));
        RequestGuard.Use(_application, new RequestGuardOptions());
        _pages.Map(_application);
    }

    public int StorePort { get; }

    /// <summary>The console's address.</summary>
    public string Url => _application.Urls.First();

    public HttpClient Http { get; } = new();

    public static async Task<ConsoleRun> StartAsync(
        IPipelineSource? pipeline = null, IDeadLetterBox? letters = null, IPipelineTrial? trial = null,
        JsonObject? config = null)
    {
        var folder = new TempDirectory();
        var run = new ConsoleRun(folder, await StartStoreAsync(folder.Path, 0), pipeline, letters, trial, config);
        await run._application.StartAsync();
        return run;
    }

    /// <summary>Documents as Elasticsearch's clients send them.</summary>
    public async Task AddAsync(IEnumerable<JsonObject> documents, string index = "logs-app-default")
    {
        var body = new StringBuilder();
        foreach (var document in documents)
        {
            var id = document["_id"]?.ToString();
            document.Remove("_id");
            body.Append(id is null ? "{\"create\":{}}" : $"{{\"create\":{{\"_id\":\"{id}\"}}}}").Append('\n')
                .Append(document.ToJsonString()).Append('\n');
        }

        using var content = new StringContent(body.ToString(), Encoding.UTF8, "application/x-ndjson");
        using var response = await Http.PostAsync(
            new Uri($"http://127.0.0.1:{StorePort}/{index}/_bulk"), content);
        Assert.Contains("\"errors\":false", await response.Content.ReadAsStringAsync());
    }

    /// <summary>Asks the console's API.</summary>
    public async Task<JsonObject> AskAsync(string path, JsonObject body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri(Url + path), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{path}: {response.StatusCode} {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    public async Task StopStoreAsync()
    {
        await _store.StopAsync(CancellationToken.None);
        await _store.DisposeAsync();
    }

    public async Task RestartStoreAsync() => _store = await StartStoreAsync(_folder.Path, StorePort);

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _pages.Dispose();
        Http.Dispose();
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<StoreService> StartStoreAsync(string folder, int port)
    {
        var config = new StoreConfig { PathData = folder, HttpPort = port, DiskFreeMin = default, RetentionDays = 0 };
        var store = new StoreService(config, NullLoggerFactory.Instance, new TestMeters(), TimeProvider.System);
        await store.StartAsync(CancellationToken.None);
        return store;
    }

    private sealed class TestMeters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
