using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.WebConsole;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace LogFlow.Appliance;

/// <summary>The state of the whole as JSON: for <c>/status</c> and for the console.</summary>
internal sealed class StatusRoutes(IEnumerable<ILogFlowService> parts, UpParts up) : IStatusPages, IPipelineSource
{
    /// <summary>Adds <c>/status</c>.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(
        "/status",
        context => TextAnswer.WriteAsync(context, Describe().ToJsonString(), "application/json"));

    /// <inheritdoc/>
    public JsonObject Describe() => ToJson(up.Snapshot());

    /// <inheritdoc/>
    public JsonObject DescribeParts()
    {
        var all = up.Detail().ToJson();
        all["now"] = Describe();
        return all;
    }

    /// <summary>The state of the whole, and of each alert.</summary>
    private JsonObject ToJson(PipelineSnapshot now) => new()
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
        ["alerts"] = new JsonArray([.. up.Alerts().Select(static alert => (JsonNode)alert.ToJson())]),
        ["parts"] = new JsonArray([.. parts.Select(Describe)]),
    };

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
