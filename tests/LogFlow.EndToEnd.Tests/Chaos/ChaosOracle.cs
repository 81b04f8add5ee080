using System.Globalization;
using System.Text.Json.Nodes;
using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// Compares what was written with what was indexed, line by line: each line once, and the lines of one incarnation of a
/// file in one partition, in the order in which they were written.
/// </summary>
internal static class ChaosOracle
{
    /// <summary>Fails with the first lines that are missing, doubled or out of order.</summary>
    public static async Task AssertEveryLineOnceInOrderAsync(SearchApi api, IReadOnlyList<RotatingLog> logs)
    {
        var wrong = new List<string>();
        foreach (var log in logs)
        {
            var last = new Dictionary<int, Place>();
            for (var block = 0; block * RotatingLog.BlockLines < log.Lines; block++)
            {
                var first = block * RotatingLog.BlockLines;
                var count = Math.Min(RotatingLog.BlockLines, log.Lines - first);
                await CompareBlockAsync(api, log.BlockWord(block), first, count, last, wrong);
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} faults:\n{string.Join('\n', wrong.Take(30))}");
    }

    private static async Task CompareBlockAsync(
        SearchApi api, string word, int first, int count, Dictionary<int, Place> last, List<string> wrong)
    {
        var query = new JsonObject
        {
            ["match"] = new JsonObject { ["message"] = new JsonObject { ["query"] = word } },
        };
        var seen = new Place?[count];
        foreach (var hit in await api.HitsAsync(query))
        {
            var place = Place.Of(hit);
            if (place.Number < first || place.Number >= first + count)
            {
                wrong.Add($"{word}: line {place.Number} was never written");
            }
            else if (seen[place.Number - first] is { } other)
            {
                wrong.Add($"{word}: line {place.Number} is there twice: {other}; {place}");
            }
            else
            {
                seen[place.Number - first] = place;
            }
        }

        for (var index = 0; index < count; index++)
        {
            if (seen[index] is not { } place)
            {
                wrong.Add($"{word}: line {first + index} is missing");
                continue;
            }

            if (last.TryGetValue(place.Incarnation, out var before)
                && (before.Partition != place.Partition || before.Offset >= place.Offset))
            {
                wrong.Add($"{word}: order: {before} stands before {place}");
            }

            last[place.Incarnation] = place;
        }
    }

    /// <summary>Where a line stands in the queue, as its document's id tells: topic id, partition, offset.</summary>
    private sealed record Place(
        int Number, int Incarnation, int Partition, long Offset, string File, long FileOffset, string Ingested)
    {
        public static Place Of(JsonNode hit)
        {
            var words = hit["_source"]!["message"]!.GetValue<string>().Split(' ');
            var id = hit["_id"]!.GetValue<string>().Split('-');
            return new Place(
                int.Parse(words[2].AsSpan(1), CultureInfo.InvariantCulture),
                int.Parse(words[1].AsSpan(1), CultureInfo.InvariantCulture),
                int.Parse(id[^2], CultureInfo.InvariantCulture),
                long.Parse(id[^1], CultureInfo.InvariantCulture),
                hit["_source"]!["log"]!["file"]!["path"]!.GetValue<string>(),
                hit["_source"]!["log"]!["offset"]!.GetValue<long>(),
                $"{hit["_source"]!["event"]?["created"]} {hit["_source"]!["event"]?["ingested"]}");
        }
    }
}
