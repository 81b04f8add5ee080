using System.Text.Json.Nodes;
using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// Compares a file with what was indexed of it, line by line: by the position of each line in the file and by its
/// text. A count alone would not see one line lost and another doubled.
/// </summary>
internal static class IdentityOracle
{
    /// <summary>
    /// The part of a file that is asked for at once; its lines must be fewer than one answer's 10,000.
    /// </summary>
    private const long WindowBytes = 1 << 20;

    /// <summary>Fails with the first lines that are missing, doubled or changed.</summary>
    public static async Task AssertEveryLineOnceAsync(SearchApi api, string path)
    {
        var wrong = new List<string>();
        var window = new Dictionary<long, string>();
        long position = 0;
        long windowStart = 0;
        foreach (var line in File.ReadLines(path))
        {
            if (position >= windowStart + WindowBytes)
            {
                await CompareAsync(api, path, windowStart, position, window, wrong);
                window.Clear();
                windowStart = position;
            }

            window.Add(position, line);
            position += line.Length + 1;
        }

        await CompareAsync(api, path, windowStart, position, window, wrong);
        Assert.True(wrong.Count == 0, $"{wrong.Count} lines differ:\n{string.Join('\n', wrong.Take(20))}");
    }

    private static async Task CompareAsync(
        SearchApi api, string path, long from, long to, Dictionary<long, string> expected, List<string> wrong)
    {
        var query = new JsonObject
        {
            ["bool"] = new JsonObject
            {
                ["filter"] = new JsonArray(
                    new JsonObject { ["term"] = new JsonObject { ["log.file.path"] = path } },
                    new JsonObject
                    {
                        ["range"] = new JsonObject
                        {
                            ["log.offset"] = new JsonObject { ["gte"] = from, ["lt"] = to },
                        },
                    }),
            },
        };
        var seen = new HashSet<long>();
        foreach (var source in await api.SearchAsync(query))
        {
            var offset = source["log"]!["offset"]!.GetValue<long>();
            if (!seen.Add(offset))
            {
                wrong.Add($"offset {offset} is there twice");
            }
            else if (!expected.TryGetValue(offset, out var line) || line != source["message"]!.GetValue<string>())
            {
                wrong.Add($"offset {offset} holds other text: {source["message"]}");
            }
        }

        wrong.AddRange(expected.Keys
            .Where(offset => !seen.Contains(offset))
            .Select(offset => $"offset {offset} is missing"));
    }
}
