using System.Text.Json;
using System.Text.Json.Nodes;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>In what a saved object differs from ours.</summary>
internal static class KibanaDifference
{
    private const string FormVersion = "typeMigrationVersion";

    /// <summary>
    /// The differences; empty: there is none. A Kibana of another version keeps objects in a form of its own; of those
    /// only plain texts, such as the title, can be compared.
    /// </summary>
    public static string Describe(JsonNode ours, JsonNode theirs)
    {
        var (expected, actual) = (ours["attributes"]!.AsObject(), theirs["attributes"] as JsonObject);
        var isSameForm = ours[FormVersion]?.ToString() == theirs[FormVersion]?.ToString();
        return isSameForm
            ? JsonDifference.Describe(Unfold(expected), actual is null ? null : Unfold(actual))
            : JsonDifference.Describe(TextsOf(expected), actual is null ? null : Select(actual, TextsOf(expected)));
    }

    /// <summary>JSON that stands in a text is JSON for the comparison: its spaces do not matter.</summary>
    private static JsonObject Unfold(JsonObject attributes) => new(attributes.Select(static member =>
        KeyValuePair.Create(member.Key, member.Value switch
        {
            JsonObject inner => Unfold(inner),
            _ => Parse(member.Value),
        })));

    private static JsonNode? Parse(JsonNode? value)
    {
        if (value is JsonValue text && text.GetValueKind() == JsonValueKind.String
            && text.GetValue<string>() is ['{' or '[', ..] json)
        {
            try
            {
                return JsonNode.Parse(json);
            }
            catch (JsonException)
            {
                // A text that begins like JSON and is none.
            }
        }

        return value?.DeepClone();
    }

    private static JsonObject TextsOf(JsonObject attributes) => new(attributes
        .Where(static member => member.Value?.GetValueKind() == JsonValueKind.String
            && Parse(member.Value)?.GetValueKind() == JsonValueKind.String)
        .Select(static member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));

    private static JsonObject Select(JsonObject attributes, JsonObject names) => new(attributes
        .Where(member => names.ContainsKey(member.Key))
        .Select(static member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
}
