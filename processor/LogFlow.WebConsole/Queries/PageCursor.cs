using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>
/// Where a page ended. Pages follow each other by time and arrival; Elasticsearch numbers arrivals per shard, so hits
/// of one time and number may stand on both sides of a page's end. The next page begins at the place of the last hit
/// once more, and leaves out those hits of it that were there.
/// </summary>
/// <param name="Sort">Time and arrival of the last hit.</param>
/// <param name="Ids">The hits of just that place that were there.</param>
internal sealed record PageCursor(JsonArray Sort, IReadOnlyList<string> Ids)
{
    /// <summary>The cursor behind a page; null: there was nothing on it.</summary>
    public static PageCursor? Behind(JsonArray hits, PageCursor? before)
    {
        if (hits.Count == 0 || hits[^1]!["sort"] is not JsonArray last)
        {
            return null;
        }

        var ids = hits.Where(hit => JsonNode.DeepEquals(hit!["sort"], last)).Select(static hit => $"{hit!["_id"]}");
        if (before is not null && JsonNode.DeepEquals(before.Sort, last))
        {
            ids = ids.Concat(before.Ids);
        }

        return new PageCursor((JsonArray)last.DeepClone(), [.. ids]);
    }

    /// <summary>Reads what a page sent back; null: it is none.</summary>
    public static PageCursor? Read(JsonNode? node) =>
        node is JsonObject found && found["sort"] is JsonArray and [_, JsonValue arrival] sort
        && arrival.TryGetValue(out long _)
            ? new PageCursor((JsonArray)sort.DeepClone(), [.. PageJson.Texts(found, "ids")])
            : null;

    /// <summary>As a page keeps it.</summary>
    public JsonObject ToJson() => new()
    {
        ["sort"] = Sort.DeepClone(),
        ["ids"] = new JsonArray([.. Ids.Select(static id => (JsonNode)id)]),
    };

    /// <summary>Makes a search begin here.</summary>
    public void Apply(JsonObject body, bool isOldestFirst)
    {
        var arrival = Sort[1]!.GetValue<long>() + (isOldestFirst ? -1 : 1);
        body["search_after"] = new JsonArray(Sort[0]?.DeepClone(), arrival);
        var condition = body["query"]!["bool"]!;
        condition["must_not"] ??= new JsonArray();
        condition["must_not"]!.AsArray().Add((JsonNode)Es.Of("ids", "values", ToJson()["ids"]!.DeepClone()));
    }
}
