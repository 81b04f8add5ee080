using System.Globalization;
using System.Text.Json.Nodes;

namespace LogFlow.Appliance;

/// <summary>Builds the bodies of Elasticsearch's search and count requests.</summary>
internal static class SearchRequestBody
{
    /// <summary>The query alone, as <c>_count</c> takes it.</summary>
    public static JsonObject Count(SearchOptions options) => new() { ["query"] = Query(options, null) };

    /// <summary>A page of the newest hits.</summary>
    /// <param name="options">The search.</param>
    /// <param name="size">Hits at most.</param>
    /// <param name="after">Sort values of the last hit of the page before; null: the first page.</param>
    public static JsonObject Newest(SearchOptions options, int size, JsonNode? after = null) => Page(
        size, Query(options, null), after, isCounted: after is null, Sort("@timestamp", "desc"), Arrival("desc"));

    /// <summary>A page of what has arrived after a place in the store's order of arrival, oldest first.</summary>
    public static JsonObject Arrived(SearchOptions options, long after) => Page(
        SearchOptions.PageMax, Query(options, null), after < 0 ? null : new JsonArray(after), isCounted: false,
        Arrival("asc"));

    /// <summary>The document that arrived last, whatever is searched for.</summary>
    public static JsonObject Last() => Page(
        1, new JsonObject { ["match_all"] = new JsonObject() }, null, isCounted: false, Arrival("desc"));

    /// <summary>A page of what was indexed since a moment, oldest first.</summary>
    public static JsonObject IngestedSince(SearchOptions options, DateTimeOffset since, JsonNode? after) => Page(
        SearchOptions.PageMax, Query(options, since), after, isCounted: false,
        Sort("event.ingested", "asc"), Arrival("asc"));

    /// <summary>
    /// A query as people write it. Lenient, because a word is no error in a search over fields that hold numbers.
    /// </summary>
    public static JsonObject QueryString(string text) => new()
    {
        ["query_string"] = new JsonObject
        {
            ["query"] = text,
            ["default_operator"] = "AND",
            ["lenient"] = true,
        },
    };

    /// <summary>A moment as every server reads it.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static JsonObject Page(int size, JsonObject query, JsonNode? after, bool isCounted, params JsonNode[] sort)
    {
        var body = new JsonObject
        {
            ["size"] = size,
            ["track_total_hits"] = isCounted,
            ["query"] = query,
            ["sort"] = new JsonArray(sort),
        };
        if (after is not null)
        {
            body["search_after"] = after.DeepClone();
        }

        return body;
    }

    private static JsonObject Arrival(string order) =>
        new() { ["_seq_no"] = new JsonObject { ["order"] = order } };

    private static JsonObject Sort(string field, string order) =>
        new() { [field] = new JsonObject { ["order"] = order, ["unmapped_type"] = "date" } };

    private static JsonObject Query(SearchOptions options, DateTimeOffset? ingestedSince)
    {
        var filters = new JsonArray();
        if (options.Query.Trim() is { Length: > 0 } text)
        {
            filters.Add((JsonNode)QueryString(text));
        }

        if (options.Since is not null || options.Until is not null)
        {
            filters.Add((JsonNode)Range("@timestamp", options.Since, options.Until));
        }

        if (ingestedSince is not null)
        {
            filters.Add((JsonNode)Range("event.ingested", ingestedSince, null));
        }

        return filters.Count == 0
            ? new JsonObject { ["match_all"] = new JsonObject() }
            : new JsonObject { ["bool"] = new JsonObject { ["filter"] = filters } };
    }

    private static JsonObject Range(string field, DateTimeOffset? from, DateTimeOffset? to)
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

        return new JsonObject { ["range"] = new JsonObject { [field] = bounds } };
    }
}
