using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using LogFlow.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Processor.Elasticsearch.Tests;

/// <summary>
/// Elasticsearch's side of <c>_bulk</c> in memory, with faults on order. Documents whose source contains
/// <see cref="Poison"/> are refused for good. It counts how often each document was stored: the tests' oracle.
/// </summary>
public sealed class FakeElasticsearch : IAsyncDisposable
{
    public const string Poison = "p0ison";

    private readonly ConcurrentDictionary<string, byte[]> _documents = new();
    private LoopbackServer? _server;
    private int _bulkRequests;

    private FakeElasticsearch()
    {
    }

    /// <summary>Decides how each bulk request goes, from its number (from 0).</summary>
    public Func<int, FakeFault> Plan { get; set; } = _ => FakeFault.None;

    /// <summary>For "some items": whether the item fails.</summary>
    public Func<bool> Coin { get; set; } = () => true;

    /// <summary>Bodies above this are answered 413.</summary>
    public long BodyBytesMax { get; set; } = long.MaxValue;

    /// <summary>A poisoned document fails its whole request with 400, as with an ingest pipeline.</summary>
    public bool PoisonFailsRequest { get; set; }

    /// <summary>The version block of <c>GET /</c>.</summary>
    public string VersionJson { get; set; } = """{"number":"8.19.0","build_flavor":"default"}""";

    /// <summary>Index templates that were put, by name.</summary>
    public ConcurrentDictionary<string, string> Templates { get; } = new();

    /// <summary>Component templates and lifecycle policies that were put, by path.</summary>
    public ConcurrentDictionary<string, string> Parts { get; } = new();

    /// <summary>A template of somebody else's makes the data streams.</summary>
    public bool HasOtherTemplate { get; set; }

    /// <summary>What is written to needs a template, as where indices are not made by themselves.</summary>
    public bool NeedsTemplate { get; set; }

    /// <summary>Data streams that were made by request.</summary>
    public ConcurrentDictionary<string, bool> DataStreams { get; } = new();

    /// <summary>OpenSearch: unknown parameters are refused.</summary>
    public bool RefusesParameters { get; set; }

    /// <summary>Answers "METHOD /path" in place of the fake; null: the fake answers.</summary>
    public Func<string, (int Status, string Body)?> Script { get; set; } = _ => null;

    /// <summary>Refuses an item (index, id, source) with a status and an error type; null: it is stored.</summary>
    public Func<string, string, string, (int Status, string Type)?> ItemFault { get; set; } = (_, _, _) => null;

    /// <summary>Every stored document by <c>index/id</c>.</summary>
    public ConcurrentDictionary<string, byte[]> Documents => _documents;

    /// <summary>Path and query of every request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Headers of the last request.</summary>
    public IReadOnlyDictionary<string, string> LastHeaders { get; private set; } = new Dictionary<string, string>();

    public int BulkRequests => Volatile.Read(ref _bulkRequests);

    public Uri Url => _server!.Url;

    public static async Task<FakeElasticsearch> StartAsync(Action<WebApplicationBuilder>? configure = null)
    {
        var fake = new FakeElasticsearch();
        fake._server = await LoopbackServer.StartAsync(fake.HandleAsync, configure);
        return fake;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        LastHeaders = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString());
        if (context.Request.Path == "/_bulk")
        {
            await HandleBulkAsync(context);
            return;
        }

        var (status, body) = Script($"{context.Request.Method} {context.Request.Path}")
            ?? Answer(context.Request.Method, context.Request.Path.Value!, await ReadTextAsync(context.Request));
        await LoopbackServer.AnswerAsync(context, status, body);
    }

    private (int Status, string Body) Answer(string method, string path, string body)
    {
        var parts = path.Trim('/').Split('/');
        switch (parts)
        {
            case [""]:
                return (200, $$"""{"name":"fake","version":{{VersionJson}}}""");
            case ["_index_template", "_simulate_index", ..]:
                return (200, HasOtherTemplate ? """{"template":{"settings":{}}}""" : "{}");
            case ["_index_template", var name] when method == "GET":
                return Templates.TryGetValue(name, out var template)
                    ? (200, $$$"""{"index_templates":[{"name":"{{{name}}}","index_template":{{{template}}}}]}""")
                    : (404, Error("resource_not_found_exception", $"index template matching [{name}] not found"));
            case ["_index_template", var name]:
                Templates[name] = body;
                return (200, """{"acknowledged":true}""");
            case ["_component_template", _] or ["_ilm", "policy", _] when method == "PUT":
                Parts[path] = body;
                return (200, """{"acknowledged":true}""");
            case ["_component_template", var name]:
                return Parts.TryGetValue(path, out var part)
                    ? (200, $$$"""{"component_templates":[{"name":"{{{name}}}","component_template":{{{part}}}}]}""")
                    : (404, Error("resource_not_found_exception", $"component template matching [{name}] not found"));
            case ["_ilm", "policy", var name]:
                return Parts.TryGetValue(path, out var policy)
                    ? (200, $$$"""{"{{{name}}}":{"version":1,"modified_date":"now",{{{policy.Trim()[1..]}}}}""")
                    : (404, Error("resource_not_found_exception", $"Lifecycle policy not found: {name}"));
            case ["_data_stream", var name] when method == "GET":
                return DataStreams.ContainsKey(name)
                    ? (200, $$$"""{"data_streams":[{"name":"{{{name}}}"}]}""")
                    : (404, Error("index_not_found_exception", $"no such index [{name}]"));
            case ["_data_stream", var name]:
                if (Templates.IsEmpty && !HasOtherTemplate)
                {
                    return (400, Error("illegal_argument_exception", $"no matching index template found for [{name}]"));
                }

                DataStreams[name] = true;
                return (200, """{"acknowledged":true}""");
            default:
                return (404, Error("not_found", "unknown path"));
        }
    }

    private async Task HandleBulkAsync(HttpContext context)
    {
        var fault = Plan(Interlocked.Increment(ref _bulkRequests) - 1);
        var body = await ReadBodyAsync(context.Request);
        if (RefusesParameters && context.Request.Query.ContainsKey("require_data_stream"))
        {
            await LoopbackServer.AnswerAsync(context, 400, Error(
                "illegal_argument_exception",
                "request [/_bulk] contains unrecognized parameter: [require_data_stream]"));
            return;
        }

        switch (fault)
        {
            case FakeFault.ResetBefore:
                context.Abort();
                return;
            case FakeFault.Busy:
                await LoopbackServer.AnswerAsync(context, 429, Error("es_rejected_execution_exception", "queue full"));
                return;
            case FakeFault.Unavailable:
                await LoopbackServer.AnswerAsync(context, 503, "<html>no healthy upstream</html>");
                return;
            case FakeFault.Unauthorized:
                await LoopbackServer.AnswerAsync(context, 401, Error("security_exception", "unable to authenticate"));
                return;
        }

        if (body.Length > BodyBytesMax)
        {
            await LoopbackServer.AnswerAsync(context, 413, string.Empty);
            return;
        }

        var items = Parse(body);
        if (PoisonFailsRequest && items.Any(item => item.Source.Contains(Poison, StringComparison.Ordinal)))
        {
            await LoopbackServer.AnswerAsync(context, 400, Error("illegal_argument_exception", "pipeline failed"));
            return;
        }

        await AnswerBulkAsync(context, fault, items);
    }

    private async Task AnswerBulkAsync(HttpContext context, FakeFault fault, List<Item> items)
    {
        var answers = new List<string>();
        foreach (var item in items)
        {
            answers.Add(Store(item, fault));
        }

        if (fault == FakeFault.ItemMissing)
        {
            answers.RemoveAt(0);
        }

        var answer = $$"""{"errors":true,"items":[{{string.Join(',', answers)}}]}""";
        switch (fault)
        {
            case FakeFault.ResetAfter:
                context.Abort();
                return;
            case FakeFault.Silence:
                var gone = new TaskCompletionSource();
                await using (context.RequestAborted.Register(gone.SetResult))
                {
                    await gone.Task;
                }

                return;
            case FakeFault.TornAnswer:
                var bytes = Encoding.UTF8.GetBytes(answer);
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = bytes.Length;
                await context.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
                await context.Response.Body.FlushAsync();
                context.Abort();
                return;
            default:
                await LoopbackServer.AnswerAsync(context, 200, answer);
                return;
        }
    }

    private string Store(Item item, FakeFault fault)
    {
        if (item.Source.Contains(Poison, StringComparison.Ordinal))
        {
            return Answer(item.Action, 400, "document_parsing_exception", "failed to parse field [status]");
        }

        if (fault is FakeFault.ItemsBusy or FakeFault.ItemsUnavailable && Coin())
        {
            return fault == FakeFault.ItemsBusy
                ? Answer(item.Action, 429, "es_rejected_execution_exception", "rejected execution")
                : Answer(item.Action, 503, "unavailable_shards_exception", "primary shard is not active");
        }

        if (ItemFault(item.Index, item.Id, item.Source) is { } refused)
        {
            return Answer(item.Action, refused.Status, refused.Type, "as the test wants it");
        }

        if (NeedsTemplate && Templates.IsEmpty && !HasOtherTemplate)
        {
            return Answer(item.Action, 404, "index_not_found_exception", $"no such index [{item.Index}]");
        }

        var key = $"{item.Index}/{item.Id}";
        var source = Encoding.UTF8.GetBytes(item.Source);
        switch (item.Action)
        {
            case "create":
                return _documents.TryAdd(key, source)
                    ? Answer(item.Action, 201)
                    : Answer(item.Action, 409, "version_conflict_engine_exception", "document already exists");
            case "delete":
                return Answer(item.Action, _documents.TryRemove(key, out _) ? 200 : 404);
            case "update" when !_documents.ContainsKey(key)
                && !item.Source.Contains("\"doc_as_upsert\":true", StringComparison.Ordinal):
                return Answer(item.Action, 404, "document_missing_exception", $"[{item.Id}]: document missing");
            default:
                _documents[key] = source;
                return Answer(item.Action, 200);
        }
    }

    private static string Answer(string action, int status) =>
        "{\"" + action + "\":{\"status\":" + status.ToString(CultureInfo.InvariantCulture) + "}}";

    private static string Answer(string action, int status, string type, string reason) =>
        "{\"" + action + "\":{\"status\":" + status.ToString(CultureInfo.InvariantCulture)
        + ",\"error\":{\"type\":\"" + type + "\",\"reason\":\"" + reason + "\"}}}";

    private static string Error(string type, string reason) =>
        $$$"""{"error":{"root_cause":[],"type":"{{{type}}}","reason":"{{{reason}}}"},"status":400}""";

    private static async Task<string> ReadTextAsync(HttpRequest request) =>
        Encoding.UTF8.GetString(await ReadBodyAsync(request));

    private static async Task<byte[]> ReadBodyAsync(HttpRequest request)
    {
        var stream = request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(request.Body, CompressionMode.Decompress)
            : request.Body;
        var body = new MemoryStream();
        await stream.CopyToAsync(body);
        return body.ToArray();
    }

    private static List<Item> Parse(byte[] body)
    {
        Assert.Equal((byte)'\n', body[^1]);
        var items = new List<Item>();
        var lines = Encoding.UTF8.GetString(body).Split('\n')[..^1];
        for (var line = 0; line < lines.Length;)
        {
            using var action = JsonDocument.Parse(lines[line++]);
            var verb = action.RootElement.EnumerateObject().Single();
            var source = verb.Name == "delete" ? string.Empty : lines[line++];
            items.Add(new Item(
                verb.Name,
                verb.Value.TryGetProperty("_index", out var index) ? index.GetString()! : string.Empty,
                verb.Value.TryGetProperty("_id", out var id)
                    ? id.GetString()!
                    : Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture),
                source));
        }

        return items;
    }

    private sealed record Item(string Action, string Index, string Id, string Source);
}
