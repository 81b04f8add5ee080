using System.Globalization;
using System.Text.Json.Nodes;

namespace LogFlow.Appliance.Search;

/// <summary>Builds the bodies of Elasticsearch's search and count requests.</summary>
internal static class SearchRequestBody
{
    /// <summary>The query alone, as <c>_count</c> takes it.</summary>
    public static JsonObject Count(SearchOptions options) => new() { ["query"] = Query(options, null) };

    /// <summary>The newest hits.</summary>
    public static JsonObject Newest(SearchOptions options) => new()
    {
        ["size"] = options.Limit,
        ["track_total_hits"] = true,
        ["query"] = Query(options, null),
        ["sort"] = Sort("@timestamp", "desc"),
    };

    /// <summary>What was indexed since a moment, oldest first.</summary>
    public static JsonObject IngestedSince(SearchOptions options, DateTimeOffset since) => new()
    {
        ["size"] = SearchOptions.LimitMax,
        ["query"] = Query(options, since),
        ["sort"] = Sort("event.ingested", "asc"),
    };

    private static JsonArray Sort(string field, string order) =>
        [new JsonObject { [field] = new JsonObject { ["order"] = order, ["unmapped_type"] = "date" } }];

    private static JsonObject Query(SearchOptions options, DateTimeOffset? ingestedSince)
    {
        var filters = new JsonArray();
        if (options.Query.Trim() is { Length: > 0 } text)
        {
            filters.Add((JsonNode)new JsonObject
            {
                // Lenient, because a word is no error in a search over fields that hold numbers.
                ["query_string"] = new JsonObject
                {
                    ["query"] = text,
                    ["default_operator"] = "AND",
                    ["lenient"] = true,
                },
            });
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
            bounds["gte"] = Text(since);
        }

        if (to is { } until)
        {
            bounds["lte"] = Text(until);
        }

        return new JsonObject { ["range"] = new JsonObject { [field] = bounds } };
    }

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
