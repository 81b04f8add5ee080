using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LogFlow.WebConsole;

/// <summary>
/// The lines around one. A document of the queue carries topic, partition and offset in its id, so its neighbours are
/// known by name: one request, no order to compute, the same on every server. A partition holds several files and
/// offsets have gaps (drops, dead letters): the window is widened until there is enough. Documents of other senders are
/// found by their place in the file, else by time.
/// </summary>
internal sealed partial class AroundPage(SearchBackend backend)
{
    private const int WindowMax = 10_000;
    private const int CountMax = 500;


    /// <summary>The neighbours in order, the line itself among them.</summary>
    public async Task<JsonObject> RunAsync(
        LogQuery query, JsonObject state, CancellationToken cancellationToken)
    {
        var id = PageJson.Text(state, "id") ?? throw BackendException.BadRequest("[id] is missing");
        var mode = PageJson.Text(state, "mode") ?? "file";
        var before = PageJson.Number(state, "before", 10, CountMax);
        var after = PageJson.Number(state, "after", 10, CountMax);
        var self = await backend.DocumentAsync(query.Index, id, cancellationToken)
            ?? throw new BackendException(404, "missing", $"the line {id} is not there any more");
        var source = self["_source"]!.AsObject();
        var same = Same(mode, source);
        var hits = mode is "file" or "partition" && QueueId().Match(id) is { Success: true } place
            ? await ByIdAsync(query, place, same, before, after, cancellationToken)
            : await ByOrderAsync(query, self, same, mode, before, after, cancellationToken);
        var rows = await new SearchPage(backend).RowsAsync(query.Index, hits, cancellationToken);
        return new JsonObject { ["rows"] = rows, ["mode"] = mode };
    }

    /// <summary>What neighbours have in common with the line.</summary>
    private static List<JsonObject> Same(string mode, JsonObject source)
    {
        string[] names = mode switch
        {
            "file" => ["host.name", "log.file.path"],
            "host" => ["host.name"],
            _ => [],
        };
        return [.. FlatDocument.Flatten(source)
            .Where(field => names.Contains(field.Key) && field.Value is not null)
            .Select(static field => Es.Is(field.Key, field.Value!.ToString()))];
    }

    private async Task<JsonArray> ByIdAsync(
        LogQuery query, Match place, List<JsonObject> same, int before, int after, CancellationToken cancellationToken)
    {
        var offset = long.Parse(place.Groups["offset"].ValueSpan, CultureInfo.InvariantCulture);
        var prefix = place.Groups["partition"].Value;
        for (var factor = 1; ; factor *= 4)
        {
            var first = Math.Max(0, offset - Math.Min(WindowMax / 2L, (long)before * factor));
            var last = offset + Math.Min(WindowMax / 2L, (long)after * factor);
            var ids = new JsonArray { place.Value };
            for (var at = first; at <= last; at++)
            {
                ids.Add((JsonNode)string.Create(CultureInfo.InvariantCulture, $"{prefix}-{at}"));
            }

            var named = Es.All([Es.Of("ids", "values", ids), .. Copy(same)]);
            var answer = await backend.SearchAsync(
                query.Index, Body(named, "desc", WindowMax), cancellationToken);
            var hits = answer["hits"]!["hits"]!.AsArray().OfType<JsonNode>()
                .Select(static hit => (Hit: hit, Place: QueueId().Match(hit["_id"]!.ToString())))
                .Where(static entry => entry.Place.Success)
                .Select(static entry => (entry.Hit, Offset: long.Parse(
                    entry.Place.Groups["offset"].ValueSpan, CultureInfo.InvariantCulture)))
                .OrderBy(static entry => entry.Offset)
                .ToArray();
            var earlier = hits.Where(entry => entry.Offset < offset).TakeLast(before).ToArray();
            var later = hits.Where(entry => entry.Offset > offset).Take(after).ToArray();
            var isEnough = (earlier.Length == before || first == 0) && later.Length == after;
            if (isEnough || (long)Math.Max(before, after) * factor >= WindowMax / 2)
            {
                var own = hits.Where(entry => entry.Offset == offset);
                return new JsonArray([.. earlier.Concat(own).Concat(later).Select(static entry =>
                    entry.Hit.DeepClone())]);
            }
        }
    }

    /// <summary>By the place in the file where that is meant and known, else by time and arrival.</summary>
    private async Task<JsonArray> ByOrderAsync(
        LogQuery query, JsonObject self, List<JsonObject> same, string mode, int before, int after,
        CancellationToken cancellationToken)
    {
        var source = self["_source"]!.AsObject();
        var fields = FlatDocument.Flatten(source).ToLookup(static field => field.Key, static field => field.Value);
        var isByOffset = mode == "file" && fields["log.offset"].FirstOrDefault() is not null;
        var name = isByOffset ? "log.offset" : "@timestamp";
        var value = fields[name].FirstOrDefault() ?? throw BackendException.BadRequest($"the line has no {name}");
        var earlier = await SideAsync(query, same, name, value, "lte", "desc", before + 1, cancellationToken);
        var later = await SideAsync(query, same, name, value, "gte", "asc", after + 1, cancellationToken);
        var id = self["_id"]!.ToString();
        var seen = new HashSet<string>(StringComparer.Ordinal) { id };
        var all = new List<JsonNode>();
        all.AddRange(earlier.Reverse().Where(hit => seen.Add(hit["_id"]!.ToString())).TakeLast(before));
        all.Add(self);
        all.AddRange(later.Where(hit => seen.Add(hit["_id"]!.ToString())).Take(after));
        return new JsonArray([.. all.Select(static hit => hit.DeepClone())]);
    }

    private async Task<JsonNode[]> SideAsync(
        LogQuery query, List<JsonObject> same, string field, JsonNode value, string bound, string order, int count,
        CancellationToken cancellationToken)
    {
        var range = Es.Of("range", field, new JsonObject { [bound] = value.DeepClone() });
        var body = Body(Es.All([range, .. Copy(same)]), order, count);
        if (field != "@timestamp")
        {
            body["sort"] = new JsonArray(Es.Sort(field, order, "long"));
        }

        var answer = await backend.SearchAsync(query.Index, body, cancellationToken);
        return [.. answer["hits"]!["hits"]!.AsArray().OfType<JsonNode>()];
    }

    /// <summary>A node belongs to one request.</summary>
    private static IEnumerable<JsonObject> Copy(IEnumerable<JsonObject> conditions) =>
        conditions.Select(static condition => (JsonObject)condition.DeepClone());

    private static JsonObject Body(JsonObject query, string order, int size) => new()
    {
        ["size"] = size,
        ["track_total_hits"] = false,
        ["_source"] = RowWriter.Source([]),
        ["query"] = query,
        ["sort"] = new JsonArray(Es.Sort("@timestamp", order), Es.Arrival(order)),
    };

    /// <summary>Topic id (22 characters), partition, offset, and the part of a split event.</summary>
    [GeneratedRegex(@"^(?<partition>[\w-]{22}-\d{1,10})-(?<offset>\d{1,18})(-\d+)?$")]
    private static partial Regex QueueId();
}
