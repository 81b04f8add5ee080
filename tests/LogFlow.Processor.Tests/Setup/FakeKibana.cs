using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using LogFlow.Testing;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Processor.Tests;

/// <summary>
/// Kibana's saved objects in memory, by space; it refuses what Kibana refuses: no xsrf header, a form that is no NDJSON
/// file, conflicts, references to nothing.
/// </summary>
internal sealed class FakeKibana : IAsyncDisposable
{
    private LoopbackServer? _server;

    /// <summary>OpenSearch Dashboards.</summary>
    public bool IsOpenSearch { get; set; }

    /// <summary>Answers "METHOD /path" in place of the fake; null: the fake answers.</summary>
    public Func<string, (int Status, string Body)?> Script { get; set; } = _ => null;

    /// <summary>The objects by "space/type/id".</summary>
    public ConcurrentDictionary<string, JsonNode> Objects { get; } = new();

    /// <summary>Path and query of every import.</summary>
    public ConcurrentQueue<string> Imports { get; } = new();

    /// <summary>The header Authorization of the last request.</summary>
    public string Authorization { get; private set; } = "";

    public string Url => _server!.Url.ToString().TrimEnd('/');

    public static async Task<FakeKibana> StartAsync()
    {
        var fake = new FakeKibana();
        fake._server = await LoopbackServer.StartAsync(fake.HandleAsync);
        return fake;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        Authorization = request.Headers.Authorization.ToString();
        context.Response.Headers[IsOpenSearch ? "osd-name" : "kbn-name"] = "fake";
        var (status, body) = Script($"{request.Method} {request.Path}") ?? await AnswerAsync(request);
        await LoopbackServer.AnswerAsync(context, status, body);
    }

    private async Task<(int Status, string Body)> AnswerAsync(HttpRequest request)
    {
        if (request.Path == "/api/status")
        {
            return (200, """{"version":{"number":"8.19.0"},"status":{"overall":{"level":"available"}}}""");
        }

        if (request.Headers[IsOpenSearch ? "osd-xsrf" : "kbn-xsrf"].Count == 0)
        {
            return (400, Error(400, "Bad Request", "Request must contain a kbn-xsrf header."));
        }

        var parts = request.Path.Value!.Trim('/').Split('/');
        var space = parts is ["s", var name, ..] ? name : request.Headers["securitytenant"].ToString();
        switch (parts[^1])
        {
            case "_export":
                return Export(space, (await JsonNode.ParseAsync(request.Body))!["objects"]![0]!);
            case "_import" when request.HasFormContentType:
                Imports.Enqueue($"{request.Path}{request.QueryString}");
                var file = (await request.ReadFormAsync()).Files.GetFile("file");
                if (file?.FileName.EndsWith(".ndjson", StringComparison.Ordinal) != true)
                {
                    return (400, Error(400, "Bad Request", "Invalid file extension"));
                }

                using (var reader = new StreamReader(file.OpenReadStream()))
                {
                    return Import(space, await reader.ReadToEndAsync(), request.Query.ContainsKey("overwrite"));
                }

            default:
                return (404, Error(404, "Not Found", "Not Found"));
        }
    }

    private (int Status, string Body) Export(string space, JsonNode asked) =>
        Objects.TryGetValue($"{space}/{asked["type"]}/{asked["id"]}", out var found)
            ? (200, found.ToJsonString())
            : (400, $$$"""
                {"statusCode":400,"error":"Bad Request","message":"Error fetching objects to export",
                 "attributes":{"objects":[{"id":"{{{asked["id"]}}}","error":{"statusCode":404,"error":"Not Found"}}]}}
                """.Trim());

    private (int Status, string Body) Import(string space, string text, bool overwrites)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!)
            .ToList();
        var known = lines.Select(KeyOf).Concat(Objects.Keys).ToHashSet(StringComparer.Ordinal);
        var errors = new JsonArray();
        foreach (var line in lines)
        {
            var type = Objects.ContainsKey(KeyOf(line)) && !overwrites ? "conflict"
                : !line["references"]!.AsArray().All(target => known.Contains(KeyOf(target!))) ? "missing_references"
                : null;
            if (type is null)
            {
                Objects[KeyOf(line)] = line;
                continue;
            }

            errors.Add(new JsonObject
            {
                ["type"] = line["type"]!.DeepClone(),
                ["id"] = line["id"]!.DeepClone(),
                ["error"] = new JsonObject { ["type"] = type },
            });
        }

        return (200, new JsonObject
        {
            ["success"] = errors.Count == 0,
            ["successCount"] = lines.Count - errors.Count,
            ["errors"] = errors,
        }.ToJsonString());

        string KeyOf(JsonNode item) => $"{space}/{item["type"]}/{item["id"]}";
    }

    private static string Error(int status, string error, string message) =>
        $$"""{"statusCode":{{status}},"error":"{{error}}","message":"{{message}}"}""";
}
