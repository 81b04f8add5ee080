using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>Reads all hits of a query, page after page, each hit once.</summary>
internal sealed class HitReader(SearchBackend backend, LogQuery query, bool isOldestFirst, int pageSize)
{
    private PageCursor? _after;
    private bool _isEnd;

    /// <summary>The next hits, whole; none at the end.</summary>
    public async Task<JsonArray> NextAsync(CancellationToken cancellationToken)
    {
        if (_isEnd)
        {
            return [];
        }

        var order = isOldestFirst ? "asc" : "desc";
        var body = new JsonObject
        {
            ["size"] = pageSize,
            ["track_total_hits"] = false,
            ["sort"] = new JsonArray(Es.Sort("@timestamp", order), Es.Arrival(order)),
            ["query"] = query.ToQuery(),
        };
        _after?.Apply(body, isOldestFirst);
        var answer = await backend.SearchAsync(query.Index, body, cancellationToken);
        var hits = answer["hits"]!["hits"]!.AsArray();
        _after = PageCursor.Behind(hits, _after);
        _isEnd = hits.Count < pageSize;
        return hits;
    }
}
