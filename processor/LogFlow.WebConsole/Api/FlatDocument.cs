using System.Text.Json;
using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>
/// A document as fields with dotted names. What a browser gets of a value is bounded: a line of megabytes must not
/// stop a page that nobody has opened it in.
/// </summary>
internal static class FlatDocument
{
    /// <summary>Characters of a value that a row shows.</summary>
    public const int CellLengthMax = 4096;

    private const int FieldCountMax = 5_000;
    private const int DepthMax = 64;

    /// <summary>The fields in the document's order.</summary>
    public static IReadOnlyList<KeyValuePair<string, JsonNode?>> Flatten(JsonObject source)
    {
        var fields = new List<KeyValuePair<string, JsonNode?>>();
        Add(fields, "", source, 0);
        return fields;
    }

    /// <summary>A value as a page shows it, cut where it is long.</summary>
    public static JsonNode? Shorten(JsonNode? value, int lengthMax)
    {
        switch (value)
        {
            case JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String:
                var text = scalar.GetValue<string>();
                return text.Length <= lengthMax ? scalar.DeepClone() : JsonValue.Create(Cut(text, lengthMax));
            case JsonArray or JsonObject:
                var json = value.ToJsonString();
                return json.Length <= lengthMax ? value.DeepClone() : JsonValue.Create(Cut(json, lengthMax));
            default:
                return value?.DeepClone();
        }
    }

    /// <summary>Never between the halves of a character.</summary>
    private static string Cut(string text, int lengthMax) =>
        text[..(char.IsHighSurrogate(text[lengthMax - 1]) ? lengthMax - 1 : lengthMax)] + "…";

    private static void Add(List<KeyValuePair<string, JsonNode?>> fields, string prefix, JsonObject source, int depth)
    {
        foreach (var (name, value) in source)
        {
            if (fields.Count >= FieldCountMax)
            {
                return;
            }

            if (value is JsonObject { Count: > 0 } inner && depth < DepthMax)
            {
                Add(fields, $"{prefix}{name}.", inner, depth + 1);
            }
            else
            {
                fields.Add(new(prefix + name, value));
            }
        }
    }
}
