using System.Globalization;
using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>Pieces of Elasticsearch's query language.</summary>
internal static class Es
{
    /// <summary>A query with one option.</summary>
    public static JsonObject Of(string kind, string option, JsonNode value) =>
        new() { [kind] = new JsonObject { [option] = value } };

    /// <summary>All conditions hold.</summary>
    public static JsonObject All(IEnumerable<JsonObject> filters, IEnumerable<JsonObject>? excluded = null)
    {
        var body = new JsonObject { ["filter"] = new JsonArray([.. filters]) };
        if (excluded?.ToArray() is { Length: > 0 } not)
        {
            body["must_not"] = new JsonArray([.. not]);
        }

        return new JsonObject { ["bool"] = body };
    }

    /// <summary>A field is there.</summary>
    public static JsonObject Exists(string field) => Of("exists", "field", field);

    /// <summary>
    /// A field has this value. A phrase is a whole value for all types but text, for which a term would be one word.
    /// </summary>
    public static JsonObject Is(string field, string value) => Of("match_phrase", field, value);

    /// <summary>What the query bar means: all words, and a word is no error in a field of numbers.</summary>
    public static JsonObject Text(string query) => new()
    {
        ["query_string"] = new JsonObject
        {
            ["query"] = query,
            ["default_operator"] = "AND",
            ["lenient"] = true,
        },
    };

    /// <summary>A range of <c>@timestamp</c>.</summary>
    public static JsonObject Between(DateTimeOffset? from, DateTimeOffset? to)
    {
        var bounds = new JsonObject();
        if (from is { } since)
        {
            bounds["gte"] = Time(since);
        }

        if (to is { } until)
        {
            bounds["lte"] = Time(until);
        }

        return Of("range", "@timestamp", bounds);
    }

    /// <summary>A moment as every server reads it.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>An order by one field that may be nowhere.</summary>
    public static JsonObject Sort(string field, string order, string type = "date") =>
        new() { [field] = new JsonObject { ["order"] = order, ["unmapped_type"] = type } };

    /// <summary>By the order of arrival.</summary>
    public static JsonObject Arrival(string order) =>
        new() { ["_seq_no"] = new JsonObject { ["order"] = order } };
}
