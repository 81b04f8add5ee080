using System.Text.Json.Nodes;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>Counts the lines of an alert, in the store or in an Elasticsearch.</summary>
internal sealed class AlertQuery(SearchClient client)
{
    private const int LineCount = 5;
    private const int LineLengthMax = 500;

    /// <summary>Counts the lines of the window that belongs to an evaluation.</summary>
    /// <param name="rule">What is counted.</param>
    /// <param name="due">When the evaluation was due.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StartupException">The server cannot be asked, refuses, or has not counted all there is.
    /// </exception>
    public async Task<AlertCount> RunAsync(AlertRule rule, DateTimeOffset due, CancellationToken cancellationToken)
    {
        var to = due - rule.Delay;
        var from = to - rule.Window;
        var answer = await client.PostAsync(
            Uri.EscapeDataString(rule.Index), "_search", Body(rule, from, to), cancellationToken);
        try
        {
            return Read(answer, from, to);
        }
        catch (InvalidOperationException)
        {
            throw new StartupException("the server did not answer as an Elasticsearch does");
        }
    }

    private static AlertCount Read(JsonObject answer, DateTimeOffset from, DateTimeOffset to)
    {
        if (answer["timed_out"]?.GetValue<bool>() == true || answer["_shards"]?["failed"]?.GetValue<long>() > 0)
        {
            throw new StartupException(
                "the server has not counted all there is: the time ran out, or shards failed; nothing is concluded");
        }

        return answer["hits"] is { } hits && hits["total"]?["value"] is { } total && hits["hits"] is JsonArray lines
            ? new AlertCount(from, to, total.GetValue<long>(), [.. lines.Select(Line!)])
            : throw new InvalidOperationException();
    }

    /// <summary>The end of a window is the beginning of the next: it belongs to that one alone.</summary>
    private static JsonObject Body(AlertRule rule, DateTimeOffset from, DateTimeOffset to)
    {
        var filters = new JsonArray();
        if (rule.Query.Length > 0)
        {
            filters.Add((JsonNode)SearchRequestBody.QueryString(rule.Query));
        }

        filters.Add((JsonNode)new JsonObject
        {
            ["range"] = new JsonObject
            {
                ["@timestamp"] = new JsonObject
                {
                    ["gte"] = SearchRequestBody.Time(from),
                    ["lt"] = SearchRequestBody.Time(to),
                },
            },
        });
        return new JsonObject
        {
            ["size"] = LineCount,
            ["track_total_hits"] = true,
            ["query"] = new JsonObject { ["bool"] = new JsonObject { ["filter"] = filters } },
            ["sort"] = new JsonArray(new JsonObject
            {
                ["@timestamp"] = new JsonObject { ["order"] = "desc", ["unmapped_type"] = "date" },
            }),
        };
    }

    private static string Line(JsonNode hit)
    {
        var source = hit["_source"];
        var message = source?["message"] is JsonValue value && value.TryGetValue(out string? text)
            ? text
            : source?.ToJsonString() ?? "";
        var line = LogText.Escape($"{source?["@timestamp"]} {message}");
        return line.Length <= LineLengthMax
            ? line
            : line[..(char.IsHighSurrogate(line[LineLengthMax - 1]) ? LineLengthMax - 1 : LineLengthMax)] + "…";
    }
}
