using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>A page of rows, and what is counted beside them.</summary>
internal sealed class SearchPage(SearchBackend backend)
{
    private const int SizeUsual = 200;
    private const int SizeMax = 1000;

    /// <summary>
    /// The rows and, for a first page, all that is counted beside them. With <c>only</c> one of the two: a page asks
    /// for the rows first, since it takes long to count all that has a word.
    /// </summary>
    public async Task<JsonObject> RunAsync(LogQuery query, JsonObject state, CancellationToken cancellationToken)
    {
        var only = PageJson.Text(state, "only");
        if (only is not (null or "rows" or "totals"))
        {
            throw BackendException.BadRequest("[only] is rows or totals");
        }

        var after = PageCursor.Read(state["after"]);
        if (only == "totals")
        {
            return await TotalsAsync(query, cancellationToken);
        }

        var size = PageJson.Number(state, "size", SizeUsual, SizeMax);
        var isOldest = PageJson.Text(state, "s") == "@timestamp";
        var order = isOldest ? "asc" : "desc";
        var body = new JsonObject
        {
            ["size"] = size,
            ["track_total_hits"] = false,
            ["_source"] = RowWriter.Source(PageJson.Texts(state, "c")),
            ["sort"] = new JsonArray(Es.Sort("@timestamp", order), Es.Arrival(order)),
            ["query"] = query.ToQuery(),
        };
        after?.Apply(body, isOldest);
        var totals = after is null && only is null ? TotalsAsync(query, cancellationToken) : null;
        var answer = await backend.SearchAsync(query.Index, body, cancellationToken);
        var hits = answer["hits"]!["hits"]!.AsArray();
        var result = totals is null ? [] : await totals;
        result["took"] = answer["took"]!.DeepClone();
        result["from"] = query.Range.From?.ToUnixTimeMilliseconds();
        result["to"] = query.Range.To.ToUnixTimeMilliseconds();
        result["rows"] = await RowsAsync(query.Index, hits, cancellationToken);
        result["next"] = hits.Count < size ? null : PageCursor.Behind(hits, after)?.ToJson();
        result["partial"] ??= Partial(answer);
        return result;
    }

    /// <summary>What is counted beside the rows: of all that match, and of what is dated in the future.</summary>
    private async Task<JsonObject> TotalsAsync(LogQuery query, CancellationToken cancellationToken)
    {
        var future = query.Range.IsRelative ? FutureAsync(query, cancellationToken) : Task.FromResult(0L);
        var body = new JsonObject
        {
            ["size"] = 0,
            ["track_total_hits"] = true,
            ["query"] = query.ToQuery(),
            ["aggs"] = new JsonObject
            {
                ["level"] = new JsonObject { ["filter"] = Es.Exists("log.level") },
                ["first"] = Es.Of("min", "field", "@timestamp"),
                ["last"] = Es.Of("max", "field", "@timestamp"),
            },
        };
        var answer = await backend.SearchAsync(query.Index, body, cancellationToken);
        var result = new JsonObject { ["took"] = answer["took"]!.DeepClone() };
        await AddTotalsAsync(result, answer, query, cancellationToken);
        result["future"] = await future;
        if (Partial(answer) is { } partial)
        {
            result["partial"] = partial;
        }

        return result;
    }

    private async Task AddTotalsAsync(
        JsonObject result, JsonObject answer, LogQuery query, CancellationToken cancellationToken)
    {
        var total = answer["hits"]!["total"]!["value"]!.GetValue<long>();
        result["total"] = total;
        result["levelShare"] = total == 0
            ? 0
            : PageJson.Value(answer["aggregations"]?["level"]?["doc_count"]) / total;
        result["first"] = PageJson.Value(answer["aggregations"]?["first"]?["value"]);
        result["last"] = PageJson.Value(answer["aggregations"]?["last"]?["value"]);
        if (total == 0)
        {
            await AddNewestAsync(result, query, cancellationToken);
        }
    }

    /// <summary>Where there is nothing: when there was something, with this query and at all.</summary>
    private async Task AddNewestAsync(JsonObject result, LogQuery query, CancellationToken cancellationToken)
    {
        var ever = query with { Range = query.Range with { From = null } };
        var of = await MaxAsync(query.Index, ever.ToQuery(), cancellationToken);
        result["newest"] = of.Newest;
        result["matching"] = of.Count;
        if (of.Count == 0)
        {
            var all = (ever with { Text = "", Pills = [] }).ToQuery();
            var any = await MaxAsync(query.Index, all, cancellationToken);
            result["newestOfAll"] = any.Newest;
            result["documents"] = any.Count;
        }
    }

    private async Task<(double? Newest, long Count)> MaxAsync(
        string index, JsonObject query, CancellationToken cancellationToken)
    {
        var answer = await backend.SearchAsync(
            index,
            new JsonObject
            {
                ["size"] = 0,
                ["track_total_hits"] = true,
                ["query"] = query,
                ["aggs"] = new JsonObject { ["last"] = Es.Of("max", "field", "@timestamp") },
            },
            cancellationToken);
        return (PageJson.Value(answer["aggregations"]?["last"]?["value"]),
            answer["hits"]!["total"]!["value"]!.GetValue<long>());
    }

    /// <summary>Lines that are dated later than they can have been written.</summary>
    private Task<long> FutureAsync(LogQuery query, CancellationToken cancellationToken)
    {
        var later = Es.Of("range", "@timestamp", new JsonObject { ["gt"] = Es.Time(query.Range.To) });
        return backend.CountAsync(query.Index, query.ToQuery(later, hasRange: false), cancellationToken);
    }

    /// <summary>The rows; documents without a message are asked for once more, whole.</summary>
    public async Task<JsonArray> RowsAsync(string index, JsonArray hits, CancellationToken cancellationToken)
    {
        var bare = hits.Where(static hit => RowWriter.LacksMessage(hit!)).ToArray();
        var wholes = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        if (bare.Length > 0)
        {
            var answer = await backend.SearchAsync(
                index,
                new JsonObject
                {
                    ["size"] = Math.Min(SizeMax, bare.Length),
                    ["query"] = Es.Of(
                        "ids", "values", new JsonArray([.. bare.Select(static hit => hit!["_id"]!.DeepClone())])),
                },
                cancellationToken);
            foreach (var hit in answer["hits"]!["hits"]!.AsArray())
            {
                wholes[Identity(hit!)] = hit!["_source"]!.AsObject();
            }
        }

        return new JsonArray([.. hits.Select(hit =>
            (JsonNode)RowWriter.Write(hit!, wholes.GetValueOrDefault(Identity(hit!))))]);
    }

    private static string Identity(JsonNode hit) => $"{hit["_index"]}/{hit["_id"]}";

    /// <summary>Why an answer is not all; null: it is.</summary>
    public static string? Partial(JsonObject answer)
    {
        var failed = answer["_shards"]?["failed"]?.GetValue<int>() ?? 0;
        return answer["timed_out"]?.GetValue<bool>() == true ? "the search ran out of time: there are more hits"
            : failed > 0 ? $"{failed} of {answer["_shards"]!["total"]} shards failed: there may be more hits"
            : null;
    }
}
