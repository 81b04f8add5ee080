using System.Text.Json;
using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>Reads what a browser sends, which may be anything.</summary>
internal static class PageJson
{
    /// <summary>The body of a request.</summary>
    /// <exception cref="BackendException">It is no JSON object.</exception>
    public static async Task<JsonObject> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonNode.ParseAsync(body, cancellationToken: cancellationToken) is JsonObject found
                ? found
                : throw BackendException.BadRequest("the body is no JSON object");
        }
        catch (JsonException error)
        {
            throw BackendException.BadRequest($"the body is no JSON: {error.Message}");
        }
    }

    /// <summary>A text; null where there is none.</summary>
    public static string? Text(JsonObject parent, string name) =>
        parent[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>Texts; none where it is no list.</summary>
    public static IEnumerable<string> Texts(JsonObject parent, string name) =>
        parent[name] is JsonArray list
            ? list.OfType<JsonValue>().Select(static item => item.TryGetValue(out string? text) ? text : null)
                .OfType<string>()
            : [];

    /// <summary>A whole number within bounds.</summary>
    public static int Number(JsonObject parent, string name, int standard, int max) =>
        parent[name] is JsonValue value && value.TryGetValue(out int number) ? Math.Clamp(number, 0, max) : standard;

    /// <summary>A number at a place of an answer; null where there is none.</summary>
    public static double? Value(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out double number) ? number : null;
}
