using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LogFlow.Platform;

namespace LogFlow.WebConsole;

/// <summary>Says which part of a query finds nothing: each condition is counted alone.</summary>
internal sealed partial class NoHits(SearchBackend backend)
{
    /// <summary>The conditions with their counts, and for unknown fields the nearest one.</summary>
    public async Task<JsonObject> ExplainAsync(LogQuery query, CancellationToken cancellationToken)
    {
        var alone = query with { Text = "", Pills = [] };
        var clauses = QueryClauses.Split(query.Text).Select(static text => (Text: text, Query: Es.Text(text)))
            .Concat(query.Pills.Select(static pill => (Text: pill.ToString(), Query: pill.IsExcluded
                ? Es.All([], [pill.ToQuery()])
                : pill.ToQuery())))
            .ToArray();
        var filters = new JsonObject();
        for (var index = 0; index < clauses.Length; index++)
        {
            filters[$"c{index}"] = clauses[index].Query;
        }

        var answer = await backend.SearchAsync(
            query.Index,
            new JsonObject
            {
                ["size"] = 0,
                ["track_total_hits"] = true,
                ["query"] = alone.ToQuery(),
                ["aggs"] = new JsonObject { ["each"] = Es.Of("filters", "filters", filters) },
            },
            cancellationToken);
        var known = (await backend.FieldsAsync(query.Index, cancellationToken))["fields"]?.AsObject()
            .Select(static field => field.Key).ToArray() ?? [];
        var counts = answer["aggregations"]?["each"]?["buckets"];
        return new JsonObject
        {
            ["inRange"] = answer["hits"]!["total"]!["value"]!.DeepClone(),
            ["clauses"] = new JsonArray([.. clauses.Select((clause, index) => (JsonNode)new JsonObject
            {
                ["text"] = clause.Text,
                ["count"] = counts?[$"c{index}"]?["doc_count"]?.DeepClone(),
                ["unknown"] = Unknown(clause.Text, known) is { } field ? field : null,
                ["nearest"] = Unknown(clause.Text, known) is { } wrong ? NearestName.Find(wrong, known) : null,
            })]),
        };
    }

    private static string? Unknown(string clause, string[] known)
    {
        var field = FieldName().Match(clause.TrimStart('-', '!', '+')).Groups[1].Value;
        var isKnown = field.Length == 0 || field.StartsWith('_') || field.Contains('*') || known.Contains(field)
            || known.Any(name => name.StartsWith(field + ".", StringComparison.Ordinal));
        return isKnown ? null : field;
    }

    [GeneratedRegex(@"^\(?(?:NOT\s+)?([A-Za-z_@][\w.@*-]*):(?!//)")]
    private static partial Regex FieldName();
}
