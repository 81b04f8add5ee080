using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>
/// Turns hits into the rows of the page: identity, time, place in the order, and the cells that are shown.
/// </summary>
internal static class RowWriter
{
    private const int SummaryFieldCount = 30;

    private static readonly string[] Always =
        ["@timestamp", "message", "log.level", "event.dataset", "error.message", "host.name", "tags"];

    private static readonly string[] NoSummary =
        ["@timestamp", "agent.", "ecs.", "data_stream.", "event.", "input.", "log.offset", "log.file", "host."];

    /// <summary>What is asked of a document for a row.</summary>
    public static JsonArray Source(IEnumerable<string> columns) =>
        new([.. Always.Concat(columns).Distinct().Select(static name => (JsonNode)name)]);

    /// <summary>A row. A document without a message shows its fields, where <paramref name="whole"/> is it.</summary>
    public static JsonObject Write(JsonNode hit, JsonObject? whole = null)
    {
        var fields = new JsonObject();
        foreach (var (name, value) in FlatDocument.Flatten(hit["_source"]?.AsObject() ?? []))
        {
            fields[name] = FlatDocument.Shorten(value, FlatDocument.CellLengthMax);
        }

        if (whole is not null)
        {
            fields["message"] = Summarize(whole);
        }

        return new JsonObject
        {
            ["id"] = hit["_id"]!.DeepClone(),
            ["index"] = hit["_index"]!.DeepClone(),
            ["sort"] = hit["sort"]?.DeepClone(),
            ["f"] = fields,
        };
    }

    /// <summary>Whether a hit has nothing to show as its line.</summary>
    public static bool LacksMessage(JsonNode hit) =>
        hit["_source"]?["message"] is null && hit["_source"]?["error"]?["message"] is null;

    private static string Summarize(JsonObject whole)
    {
        var fields = FlatDocument.Flatten(whole)
            .Where(static field => !NoSummary.Any(known => known.EndsWith('.')
                ? field.Key.StartsWith(known, StringComparison.Ordinal)
                : field.Key == known))
            .Take(SummaryFieldCount)
            .Select(static field => $"{field.Key}={FlatDocument.Shorten(field.Value, 200)}");
        return string.Join(' ', fields);
    }
}
