using System.Text.Json;
using System.Text.Json.Nodes;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// In what a server's JSON differs from what was put. Servers write settings as text ("1", "true") and add what is off
/// by default (false, empty, "0ms"): neither is a difference.
/// </summary>
internal static class JsonDifference
{
    private const int NamedMax = 5;

    /// <summary>The first differences, each with its path and both values; empty: there is none.</summary>
    /// <param name="ours">What we would put.</param>
    /// <param name="theirs">What the server has.</param>
    public static string Describe(JsonNode ours, JsonNode? theirs)
    {
        var found = new List<string>();
        Compare(string.Empty, ours, theirs, found);
        return found.Count <= NamedMax
            ? string.Join("; ", found)
            : $"{string.Join("; ", found.Take(NamedMax))}; and {found.Count - NamedMax} more";
    }

    private static void Compare(string path, JsonNode? ours, JsonNode? theirs, List<string> found)
    {
        if (ours is JsonObject expected && theirs is JsonObject actual)
        {
            foreach (var (name, value) in expected)
            {
                Compare(Join(path, name), value, actual[name], found);
            }

            found.AddRange(actual
                .Where(member => !expected.ContainsKey(member.Key) && !IsDefault(member))
                .Select(member => $"{Join(path, member.Key)} is {Show(member.Value)}, here it is not set"));
            return;
        }

        // A list of one may come back as its element.
        if (ours is JsonArray list && theirs is not JsonArray && theirs is not null)
        {
            theirs = new JsonArray(theirs.DeepClone());
        }

        if (ours is JsonArray { Count: var count } items && theirs is JsonArray others && others.Count == count)
        {
            for (var index = 0; index < count; index++)
            {
                Compare($"{path}[{index}]", items[index], others[index], found);
            }

            return;
        }

        if (Text(ours) != Text(theirs))
        {
            found.Add(theirs is null
                ? $"{path} is not set, here it is {Show(ours)}"
                : $"{path} is {Show(theirs)}, here it is {Show(ours)}");
        }
    }

    /// <summary>What servers add by themselves.</summary>
    private static bool IsDefault(KeyValuePair<string, JsonNode?> member) => member.Value switch
    {
        null => true,
        JsonArray { Count: 0 } => true,
        JsonObject parts when member.Key == "timestamp_field" => Text(parts["name"]) == "@timestamp", // OpenSearch
        JsonObject parts => parts.All(IsDefault),
        var value => Text(value) is "false" or "0ms" || member.Key.EndsWith("_date", StringComparison.Ordinal)
            || member.Key.EndsWith("_date_millis", StringComparison.Ordinal),
    };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>As JSON: nothing in it can be taken for an order to the terminal.</summary>
    private static string Show(JsonNode? node) => node?.ToJsonString() ?? "null";

    private static string Text(JsonNode? node) => node switch
    {
        null => "null",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => node.ToJsonString(),
    };
}
