using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using LogFlow.Testing;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Agent.Tests;

/// <summary>
/// An Elasticsearch as far as an agent's output sees one: documents by index and id, 409 for what is there, and faults
/// on demand.
/// </summary>
internal sealed class FakeBulkServer : IAsyncDisposable
{
    private LoopbackServer? _server;

    /// <summary>Documents by index and id.</summary>
    public ConcurrentDictionary<(string Index, string Id), JsonElement> Documents { get; } = new();

    /// <summary>The requests so far, as method and path with query.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The Authorization headers so far.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = new();

    /// <summary>Pipelines named by action lines.</summary>
    public ConcurrentBag<string> Pipelines { get; } = [];

    /// <summary>Answers that said "there already".</summary>
    public int Duplicates => _duplicates;

    /// <summary>The status of a whole request, before it is looked at; 0: it is looked at.</summary>
    public Func<int>? RequestStatus { get; set; }

    /// <summary>An item's status and error type in place of storing it; 0: it is stored.</summary>
    public Func<string, JsonElement, (int Status, string Type)>? ItemStatus { get; set; }

    /// <summary>Bodies above this many bytes are answered with 413.</summary>
    public int BodyBytesMax { get; set; } = int.MaxValue;

    /// <summary>Where it listens.</summary>
    public string Url => _server!.Url.ToString();

    private int _duplicates;

    public static async Task<FakeBulkServer> StartAsync()
    {
        var server = new FakeBulkServer();
        server._server = await LoopbackServer.StartAsync(server.AnswerAsync);
        return server;
    }

    /// <summary>Messages of an index's documents, in the order of their offsets.</summary>
    public string[] Messages(string index) =>
        [.. Documents.Where(each => each.Key.Index == index)
            .OrderBy(each => each.Value.GetProperty("log").GetProperty("offset").GetInt64())
            .Select(each => each.Value.GetProperty("message").GetString()!)];

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        Requests.Enqueue($"{request.Method} {request.Path}{request.QueryString}");
        Authorizations.Enqueue(request.Headers.Authorization.ToString());
        if (!request.Path.Value!.EndsWith("/_bulk", StringComparison.Ordinal))
        {
            var isTemplate = request.Path.Value.Contains("_index_template", StringComparison.Ordinal);
            await LoopbackServer.AnswerAsync(
                context,
                isTemplate && request.Method == "GET" ? 404 : 200,
                """{"version":{"number":"8.19.0","build_flavor":"default"}}""");
            return;
        }

        if (RequestStatus?.Invoke() is > 0 and var status)
        {
            await LoopbackServer.AnswerAsync(
                context, status, """{"error":{"type":"x","reason":"told to"},"status":1}""");
            return;
        }

        var body = await ReadAsync(request);
        if (body.Length > BodyBytesMax)
        {
            await LoopbackServer.AnswerAsync(context, 413, "too large");
            return;
        }

        await LoopbackServer.AnswerAsync(context, 200, Store(body));
    }

    private static async Task<string> ReadAsync(HttpRequest request)
    {
        var stream = request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(request.Body, CompressionMode.Decompress)
            : request.Body;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    private string Store(string body)
    {
        Assert.EndsWith("\n", body, StringComparison.Ordinal);
        var lines = body[..^1].Split('\n');
        var items = new List<string>();
        for (var line = 0; line < lines.Length; line += 2)
        {
            var action = JsonDocument.Parse(lines[line]).RootElement.GetProperty("create");
            var source = JsonDocument.Parse(lines[line + 1]).RootElement;
            items.Add(Store(action, source));
        }

        return $$"""{"errors":true,"items":[{{string.Join(',', items)}}]}""";
    }

    private string Store(JsonElement action, JsonElement source)
    {
        var index = action.GetProperty("_index").GetString()!;
        if (action.TryGetProperty("pipeline", out var pipeline))
        {
            Pipelines.Add(pipeline.GetString()!);
        }

        if (ItemStatus?.Invoke(index, source) is { Status: > 0 } fault)
        {
            var error = $$"""{"type":"{{fault.Type}}","reason":"told to"}""";
            return $$"""{"create":{"status":{{fault.Status}},"error":{{error}} } }""";
        }

        if (Documents.TryAdd((index, action.GetProperty("_id").GetString()!), source))
        {
            return """{"create":{"status":201}}""";
        }

        Interlocked.Increment(ref _duplicates);
        return """{"create":{"status":409,"error":{"type":"version_conflict_engine_exception","reason":"there"}}}""";
    }
}
