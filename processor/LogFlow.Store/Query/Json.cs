using System.Text.Json;

namespace LogFlow.Store;

/// <summary>Reads request bodies strictly: what is not known is an error that names it.</summary>
internal static class Json
{
    /// <summary>A scalar as the text that queries compare.</summary>
    public static string Scalar(JsonElement element, string where) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number => element.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw QueryException.Parsing($"[{where}] expects a value, not {Describe(element)}"),
    };

    public static bool Bool(JsonElement element, string where) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when element.ValueEquals("true") => true,
        JsonValueKind.String when element.ValueEquals("false") => false,
        _ => throw QueryException.Parsing($"[{where}] must be true or false"),
    };

    public static int Int(JsonElement element, string where)
    {
        if ((element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value))
            || (element.ValueKind == JsonValueKind.String && int.TryParse(element.GetString(), out value)))
        {
            return value;
        }

        throw QueryException.Parsing($"[{where}] must be an integer, not {Describe(element)}");
    }

    public static JsonElement Object(JsonElement element, string where) =>
        element.ValueKind == JsonValueKind.Object
            ? element
            : throw QueryException.Parsing($"[{where}] must be an object, not {Describe(element)}");

    /// <summary>The single property of <c>{"field": ...}</c>.</summary>
    public static JsonProperty Single(JsonElement element, string where)
    {
        Object(element, where);
        JsonProperty? found = null;
        foreach (var property in element.EnumerateObject())
        {
            if (found is not null)
            {
                throw QueryException.Parsing($"[{where}] malformed query, expected [END_OBJECT] but found "
                    + $"[{property.Name}]");
            }

            found = property;
        }

        return found ?? throw QueryException.Parsing($"[{where}] malformed query, it is empty");
    }

    public static IEnumerable<JsonElement> Many(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [element];

    public static string[] Strings(JsonElement element, string where) =>
        [.. Many(element).Select(item => Scalar(item, where))];

    public static QueryException Unknown(string where, string key) =>
        QueryException.Parsing($"[{where}] query does not support [{key}]");

    private static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.Null => "null",
        _ => element.GetRawText(),
    };
}
