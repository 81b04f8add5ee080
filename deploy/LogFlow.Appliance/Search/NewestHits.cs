using System.Text.Json.Nodes;

namespace LogFlow.Appliance;

/// <summary>The newest hits of a search, in as many pages as that takes.</summary>
internal static class NewestHits
{
    /// <summary>Clocks of other machines may be ahead by so much; what is later has a wrong date.</summary>
    public static readonly TimeSpan FutureAfter = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The newest of what has happened: lines that are dated in the future would else stand on top for ever.
    /// </summary>
    public static SearchOptions Bound(SearchOptions options, DateTimeOffset now) =>
        options.Until is null ? options with { Until = now + FutureAfter } : options;

    /// <summary>The first answer, and the hits of as many pages as are asked for, the newest first.</summary>
    public static async Task<(JsonObject First, List<JsonNode> Hits)> ReadAsync(
        SearchClient client, SearchOptions options, CancellationToken cancellationToken)
    {
        var size = Math.Min(options.Limit, SearchOptions.PageMax);
        var first = await client.PostAsync(
            options.Index, "_search", SearchRequestBody.Newest(options, size), cancellationToken);
        var hits = Hits(first);
        var page = hits;
        while (page.Count == SearchOptions.PageMax && hits.Count < options.Limit)
        {
            size = Math.Min(options.Limit - hits.Count, SearchOptions.PageMax);
            page = Hits(await client.PostAsync(options.Index, "_search",
                SearchRequestBody.Newest(options, size, page[^1]["sort"]), cancellationToken));
            hits = [.. hits, .. page];
        }

        return (first, hits);
    }

    private static List<JsonNode> Hits(JsonObject result) =>
        [.. result["hits"]!["hits"]!.AsArray().Select(hit => hit!)];
}
