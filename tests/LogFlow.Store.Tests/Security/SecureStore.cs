using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Store.Tests;

/// <summary>A store with an administrator, asked as whoever a test wants to be.</summary>
internal sealed class SecureStore : IAsyncDisposable
{
    public const string Admin = "alice";
    public const string Password = "correct horse battery";

    private readonly TempDirectory? _own;
    private readonly StoreService _service;
    private readonly HttpClient _http;

    private SecureStore(StoreService service, TempDirectory? own, string directory, HttpMessageHandler handler)
    {
        _service = service;
        _own = own;
        Directory = directory;
        _http = new HttpClient(handler) { BaseAddress = service.Address };
    }

    public string Directory { get; }

    public StoreService Service => _service;

    /// <summary>The administrator's header.</summary>
    public static string AsAdmin => Basic(Admin, Password);

    /// <summary>Starts one with the administrator of this class; <paramref name="configure"/> changes that.</summary>
    public static async Task<SecureStore> StartAsync(
        Action<StoreConfig>? configure = null, string? directory = null, ILoggerFactory? logs = null,
        HttpMessageHandler? handler = null)
    {
        var own = directory is null ? new TempDirectory() : null;
        var config = NewConfig(directory ?? own!.Path);
        config.SecurityInitialUsers = [$"{Admin}:{Password}"];
        configure?.Invoke(config);
        var service = Create(config, logs);
        await service.StartAsync(CancellationToken.None);
        return new SecureStore(service, own, config.PathData, handler ?? new SocketsHttpHandler());
    }

    public static StoreConfig NewConfig(string directory) => new()
    {
        PathData = directory,
        HttpPort = 0,
        DiskFreeMin = 0,
        RetentionDays = 0,
        RetentionBytes = 0,
    };

    public static StoreService Create(StoreConfig config, ILoggerFactory? logs = null) => new(
        config, logs ?? new CollectingLogs(), new TestStore.TestMeterFactory(), TimeProvider.System);

    public static string Basic(string user, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    /// <summary>One request, as somebody or nobody.</summary>
    public async Task<SecureAnswer> SendAsync(
        string line, string? body = null, string? login = null, (string Name, string Value)? header = null)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(line[..space]), line[(space + 1)..]);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        if (login is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", login);
        }

        if (header is var (name, value))
        {
            request.Headers.Add(name, value);
        }

        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new SecureAnswer(
            response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text), response.Headers);
    }

    /// <summary>A request that must be answered 200, as the administrator.</summary>
    public async Task<JsonNode> DoAsync(string line, string? body = null, string? login = null)
    {
        var answer = await SendAsync(line, body, login ?? AsAdmin);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{line}: {answer.Status} {answer.Body?.ToJsonString()}");
        return answer.Body!;
    }

    /// <summary>Makes an API key, and gives the header that it goes in.</summary>
    public async Task<string> MakeKeyAsync(string name, string? indices = null)
    {
        var roles = indices is null ? "" : $",\"role_descriptors\":{{\"r\":{{\"indices\":{indices}}}}}";
        var key = await DoAsync("POST /_security/api_key", $"{{\"name\":\"{name}\"{roles}}}");
        return $"ApiKey {key["encoded"]}";
    }

    /// <summary>Adds one document to each index.</summary>
    public async Task AddAsync(params string[] indices)
    {
        foreach (var index in indices)
        {
            var answer = await DoAsync($"POST /{index}/_bulk", Line(index));
            Assert.False(answer["errors"]!.GetValue<bool>(), answer.ToJsonString());
        }
    }

    /// <summary>A bulk of one document.</summary>
    public static string Line(string index) =>
        $"{{\"create\":{{\"_index\":\"{index}\"}}}}\n"
        + $"{{\"@timestamp\":\"2026-01-01T00:00:00Z\",\"message\":\"of {index}\"}}\n";

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _service.StopAsync(CancellationToken.None);
        await _service.DisposeAsync();
        _own?.Dispose();
    }
}

/// <summary>What a store answered.</summary>
internal sealed record SecureAnswer(HttpStatusCode Status, JsonNode? Body, HttpResponseHeaders Headers)
{
    public string? Reason => Body?["error"]?["reason"]?.ToString();
}
