using System.Text.Json.Nodes;
using LogFlow.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace LogFlow.Appliance;

/// <summary>The console's page and the state behind it as JSON.</summary>
internal sealed class StatusRoutes(IEnumerable<ILogFlowService> parts, UpParts up) : IStatusPages
{
    private const string PageResource = "StatusPage.html";

    /// <summary>Adds <c>/</c> and <c>/status</c>.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        using var resource = typeof(StatusRoutes).Assembly.GetManifestResourceStream(PageResource)!;
        using var reader = new StreamReader(resource);
        var page = reader.ReadToEnd();
        routes.MapGet("/", context => TextAnswer.WriteAsync(context, page, "text/html; charset=utf-8"));
        routes.MapGet(
            "/status", context => TextAnswer.WriteAsync(context, ToJson(up.Snapshot()), "application/json"));
    }

    private string ToJson(PipelineSnapshot now) => new JsonObject
    {
        ["version"] = ProductVersion.Text,
        ["filesWatched"] = now.FilesWatched,
        ["linesRead"] = now.LinesRead,
        ["linesQueued"] = now.LinesQueued,
        ["documentsIndexed"] = now.DocumentsIndexed,
        ["documents"] = now.Documents,
        ["bytesBehind"] = now.BytesBehind,
        ["lag"] = now.Lag,
        ["deadLetters"] = now.DeadLetters,
        ["errors"] = now.Errors,
        ["lastError"] = now.LastError,
        ["recentErrors"] = new JsonArray([.. now.RecentErrors.Select(Describe)]),
        ["parts"] = new JsonArray([.. parts.Select(Describe)]),
    }.ToJsonString();

    private static JsonNode Describe(LoggedError error) => new JsonObject
    {
        ["time"] = error.Time.UtcDateTime,
        ["part"] = error.Part,
        ["text"] = error.Text,
    };

    private static JsonNode Describe(ILogFlowService part)
    {
        var health = part.CheckHealth();
        return new JsonObject { ["name"] = part.Name, ["ready"] = health.IsReady, ["detail"] = health.Detail };
    }
}
