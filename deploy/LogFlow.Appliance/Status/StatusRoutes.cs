using System.Text.Json.Nodes;
using LogFlow.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace LogFlow.Appliance.Status;

/// <summary>The console's page and the state behind it as JSON.</summary>
internal static class StatusRoutes
{
    private const string PageResource = "LogFlow.Appliance.Status.StatusPage.html";

    /// <summary>Adds <c>/</c> and <c>/status</c>.</summary>
    public static void Map(
        IEndpointRouteBuilder routes, IReadOnlyList<ILogFlowService> parts, Func<PipelineSnapshot> take)
    {
        using var resource = typeof(StatusRoutes).Assembly.GetManifestResourceStream(PageResource)!;
        using var reader = new StreamReader(resource);
        var page = reader.ReadToEnd();
        routes.MapGet("/", context => TextAnswer.WriteAsync(context, page, "text/html; charset=utf-8"));
        routes.MapGet(
            "/status", context => TextAnswer.WriteAsync(context, ToJson(parts, take()), "application/json"));
    }

    private static string ToJson(IReadOnlyList<ILogFlowService> parts, PipelineSnapshot now) => new JsonObject
    {
        ["version"] = ProductVersion.Text,
        ["filesWatched"] = now.FilesWatched,
        ["linesRead"] = now.LinesRead,
        ["linesQueued"] = now.LinesQueued,
        ["documentsIndexed"] = now.DocumentsIndexed,
        ["lag"] = now.Lag,
        ["errors"] = now.Errors,
        ["lastError"] = now.LastError,
        ["parts"] = new JsonArray([.. parts.Select(Describe)]),
    }.ToJsonString();

    private static JsonNode Describe(ILogFlowService part)
    {
        var health = part.CheckHealth();
        return new JsonObject { ["name"] = part.Name, ["ready"] = health.IsReady, ["detail"] = health.Detail };
    }
}
