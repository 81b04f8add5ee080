using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Store.Tests;

/// <summary>A store with its HTTP API on a free port, in a folder of its own (or one that outlives it).</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly TempDirectory? _own;
    private readonly StoreService _service;

    private TestStore(StoreService service, TempDirectory? own, string directory)
    {
        _service = service;
        _own = own;
        Directory = directory;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{service.Port}") };
    }

    public HttpClient Http { get; }

    public string Directory { get; }

    public StoreService Service => _service;

    public StoreEngine Engine => _service.Engine;

    public static async Task<TestStore> StartAsync(string? directory = null, Action<StoreConfig>? configure = null)
    {
        var own = directory is null ? new TempDirectory() : null;
        var config = new StoreConfig
        {
            PathData = directory ?? own!.Path,
            HttpPort = 0,
            DiskFreeMin = 0,
            RetentionDays = 0,
            RetentionBytes = 0,
        };
        configure?.Invoke(config);
        var service = Create(config);
        await service.StartAsync(CancellationToken.None);
        return new TestStore(service, own, config.PathData);
    }

    public static StoreService Create(StoreConfig config) =>
        new(config, NullLoggerFactory.Instance, new TestMeterFactory(), TimeProvider.System);

    public async Task<JsonNode> SendAsync(
        HttpMethod method, string path, string? body = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, path);
        if (path.StartsWith("/_logflow/", StringComparison.Ordinal))
        {
            request.Headers.Add(StoreSecret.Header, _service.Secret);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{method} {path} {body}\n{response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    public Task<JsonNode> SearchAsync(string body, string index = "logs-*") =>
        SendAsync(HttpMethod.Post, $"/{index}/_search", body);

    public async Task<(HttpStatusCode Status, JsonNode Body, string? Durable)> BulkAsync(
        string body, string? positions = null, string path = "/_bulk")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/x-ndjson"),
        };
        if (positions is not null)
        {
            request.Headers.Add("X-LogFlow-Positions", positions);
            request.Headers.Add(StoreSecret.Header, _service.Secret);
        }

        using var response = await Http.SendAsync(request);
        var durable = response.Headers.TryGetValues("X-LogFlow-Durable", out var values) ? values.Single() : null;
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!, durable);
    }

    /// <summary>Adds documents under ids d0, d1, ... and returns when they are durable.</summary>
    public async Task AddAsync(params string[] documents)
    {
        var body = new StringBuilder();
        for (var i = 0; i < documents.Length; i++)
        {
            body.Append($"{{\"create\":{{\"_index\":\"logs-test-default\",\"_id\":\"d{i}\"}}}}\n{documents[i]}\n");
        }

        var (status, answer, _) = await BulkAsync(body.ToString());
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.False(answer["errors"]!.GetValue<bool>(), answer.ToJsonString());
    }

    /// <summary>Adds documents without ids, whatever there is, and returns when they are durable.</summary>
    public async Task AddMoreAsync(params string[] documents)
    {
        var body = string.Concat(documents.Select(static document => $"{{\"create\":{{}}}}\n{document}\n"));
        var (status, answer, _) = await BulkAsync(body, path: "/logs-test-default/_bulk");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.False(answer["errors"]!.GetValue<bool>(), answer.ToJsonString());
    }

    public async Task<string[]> IdsAsync(string body)
    {
        var answer = await SearchAsync(body);
        return [.. answer["hits"]!["hits"]!.AsArray().Select(hit => hit!["_id"]!.GetValue<string>())];
    }

    public static IEnumerable<int> Statuses(JsonNode bulk) =>
        bulk["items"]!.AsArray().Select(item => item!.AsObject().First().Value!["status"]!.GetValue<int>());

    public static JsonElement Element(string json) => JsonDocument.Parse(json).RootElement;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _service.StopAsync(CancellationToken.None);
        await _service.DisposeAsync();
        _own?.Dispose();
    }

    internal sealed class TestMeterFactory : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
            // Meters are few and end with the process.
        }
    }
}
