using System.Globalization;
using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>Hits over time, in bars of a round width, each split by the values of a field.</summary>
internal sealed class HistogramPage(SearchBackend backend)
{
    private const int BarCountMax = 120;
    private const int PartCount = 6;
    private const long Day = 86_400_000;

    /// <summary>Widths that people read at a glance, in milliseconds.</summary>
    private static readonly long[] Widths =
    [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
        900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, Day, 2 * Day, 7 * Day, 14 * Day,
        28 * Day, 91 * Day, 182 * Day, 365 * Day, 1825 * Day, 3650 * Day,
    ];

    /// <summary>The narrowest width that gives no more bars than a page has room for.</summary>
    public static long ChooseWidth(long spanMs) =>
        Widths.FirstOrDefault(width => spanMs / width < BarCountMax, Widths[^1]);

    /// <summary>The bars that are not empty.</summary>
    public async Task<JsonObject> RunAsync(LogQuery query, JsonObject state, CancellationToken cancellationToken)
    {
        var from = query.Range.From ?? throw BackendException.BadRequest("a histogram needs a beginning");
        var width = ChooseWidth((long)(query.Range.To - from).TotalMilliseconds);
        var by = PageJson.Text(state, "b") ?? "log.level";
        var histogram = new JsonObject
        {
            ["field"] = "@timestamp",
            ["time_zone"] = PageJson.Text(state, "zone") ?? "UTC",
            ["min_doc_count"] = 1,
        };

        // A day is a day of the calendar, of 23 or 25 hours where the clock was changed.
        histogram[width == Day ? "calendar_interval" : "fixed_interval"] =
            width == Day ? "1d" : width.ToString(CultureInfo.InvariantCulture) + "ms";
        var answer = await backend.SearchAsync(
            query.Index,
            new JsonObject
            {
                ["size"] = 0,
                ["track_total_hits"] = false,
                ["query"] = query.ToQuery(),
                ["aggs"] = new JsonObject
                {
                    ["time"] = new JsonObject
                    {
                        ["date_histogram"] = histogram,
                        ["aggs"] = new JsonObject
                        {
                            ["by"] = new JsonObject
                            {
                                ["terms"] = new JsonObject { ["field"] = by, ["size"] = PartCount },
                            },
                        },
                    },
                },
            },
            cancellationToken);
        var buckets = answer["aggregations"]?["time"]?["buckets"]?.AsArray() ?? [];
        return new JsonObject
        {
            ["from"] = from.ToUnixTimeMilliseconds(),
            ["to"] = query.Range.To.ToUnixTimeMilliseconds(),
            ["width"] = width,
            ["by"] = by,
            ["bars"] = new JsonArray([.. buckets.Select(static bucket => (JsonNode)Bar(bucket!))]),
        };
    }

    private static JsonObject Bar(JsonNode bucket)
    {
        var parts = new JsonObject();
        foreach (var part in bucket["by"]?["buckets"]?.AsArray() ?? [])
        {
            parts[part!["key_as_string"]?.ToString() ?? part["key"]!.ToString()] = part["doc_count"]!.DeepClone();
        }

        return new JsonObject
        {
            ["t"] = bucket["key"]!.DeepClone(),
            ["n"] = bucket["doc_count"]!.DeepClone(),
            ["by"] = parts,
        };
    }
}
