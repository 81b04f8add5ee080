using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>The fields of the hits: those that the newest hundred have first, the others behind.</summary>
internal sealed class FieldsPage(SearchBackend backend)
{
    private const int SampleCount = 100;
    private const int TopCount = 10;

    /// <summary>Names, types, and how many of the newest hits have each.</summary>
    public async Task<JsonObject> ListAsync(LogQuery query, CancellationToken cancellationToken)
    {
        var known = Types(await backend.FieldsAsync(query.Index, cancellationToken));
        var answer = await backend.SearchAsync(
            query.Index,
            new JsonObject
            {
                ["size"] = SampleCount,
                ["track_total_hits"] = false,
                ["query"] = query.ToQuery(),
                ["sort"] = new JsonArray(Es.Sort("@timestamp", "desc")),
            },
            cancellationToken);
        var hits = answer["hits"]!["hits"]!.AsArray();
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var hit in hits)
        {
            foreach (var name in FlatDocument.Flatten(hit!["_source"]!.AsObject()).Select(static field => field.Key)
                .Distinct())
            {
                counts[name] = counts.GetValueOrDefault(name) + 1;
            }
        }

        return new JsonObject
        {
            ["sample"] = hits.Count,
            ["fields"] = new JsonArray([.. known.Keys.Union(counts.Keys)
                .OrderBy(name => counts.ContainsKey(name) ? 0 : 1).ThenBy(static name => name, StringComparer.Ordinal)
                .Select(name => (JsonNode)new JsonObject
                {
                    ["name"] = name,
                    ["type"] = known.GetValueOrDefault(name, "?"),
                    ["count"] = counts.GetValueOrDefault(name),
                })]),
        };
    }

    /// <summary>
    /// The commonest values of a field, how many there are, how many hits lack it, and the bounds of numbers.
    /// </summary>
    public async Task<JsonObject> TopAsync(LogQuery query, JsonObject state, CancellationToken cancellationToken)
    {
        var field = PageJson.Text(state, "field") ?? throw BackendException.BadRequest("[field] is missing");
        var types = Types(await backend.FieldsAsync(query.Index, cancellationToken));
        var type = types.GetValueOrDefault(field, "?");
        var counted = type == "text" && types.ContainsKey(field + ".keyword") ? field + ".keyword" : field;
        var aggregations = new JsonObject
        {
            ["missing"] = new JsonObject { ["filter"] = Es.All([], [Es.Exists(field)]) },
        };
        if (counted != field || type != "text")
        {
            aggregations["top"] = new JsonObject
            {
                ["terms"] = new JsonObject { ["field"] = counted, ["size"] = TopCount },
            };
            aggregations["distinct"] = Es.Of("cardinality", "field", counted);
        }

        if (type is "long" or "double" or "float" or "integer" or "short" or "byte" or "scaled_float" or "half_float")
        {
            aggregations["stats"] = Es.Of("stats", "field", field);
        }

        var begins = PageJson.Text(state, "prefix") is { Length: > 0 } prefix && type is "keyword"
            ? Es.Of("prefix", counted, prefix)
            : null;
        var answer = await backend.SearchAsync(
            query.Index,
            new JsonObject
            {
                ["size"] = 0,
                ["track_total_hits"] = true,
                ["query"] = query.ToQuery(begins),
                ["aggs"] = aggregations,
            },
            cancellationToken);
        return Top(field, type, answer);
    }

    private static JsonObject Top(string field, string type, JsonObject answer)
    {
        var found = answer["aggregations"]!;
        return new JsonObject
        {
            ["field"] = field,
            ["type"] = type,
            ["total"] = answer["hits"]!["total"]!["value"]!.DeepClone(),
            ["missing"] = found["missing"]!["doc_count"]!.DeepClone(),
            ["distinct"] = found["distinct"]?["value"]?.DeepClone(),
            ["stats"] = found["stats"]?.DeepClone(),
            ["values"] = new JsonArray([.. (found["top"]?["buckets"]?.AsArray() ?? []).Select(static bucket =>
                (JsonNode)new JsonObject
                {
                    ["value"] = bucket!["key_as_string"]?.ToString() ?? bucket["key"]!.ToString(),
                    ["count"] = bucket["doc_count"]!.DeepClone(),
                })]),
        };
    }

    private static Dictionary<string, string> Types(JsonObject caps)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, kinds) in caps["fields"]?.AsObject() ?? [])
        {
            var kind = kinds!.AsObject().Select(static entry => entry.Key).FirstOrDefault() ?? "?";
            if (!name.StartsWith('_') && kind is not ("object" or "nested"))
            {
                types[name] = kind;
            }
        }

        return types;
    }
}
