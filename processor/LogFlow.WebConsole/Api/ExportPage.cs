using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace LogFlow.WebConsole;

/// <summary>All hits as a file, page by page: CSV, NDJSON, or a line of text each. It ends with its reader.</summary>
internal sealed class ExportPage(SearchBackend backend, ConsoleOptions options)
{
    private const int PageSize = 2_000;
    private const int RowsMax = 1_000_000;

    /// <summary>Writes the file. What goes wrong on the way is its last line: the status is sent by then.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        var asked = context.Request.Query;
        var state = new JsonObject
        {
            ["q"] = asked["q"].ToString(),
            ["t"] = asked["t"].ToString() is { Length: > 0 } time ? time : "15m",
            ["i"] = asked["i"].ToString(),
            ["f"] = new JsonArray([.. asked["f"].OfType<string>().Select(static pill => (JsonNode)pill)]),
        };
        var query = LogQuery.Parse(state, options.Index, options.Time.GetUtcNow());
        string[] columns =
        [
            "@timestamp", "log.level", "event.dataset", "host.name",
            .. asked["c"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries), "message",
        ];
        columns = [.. columns.Distinct()];
        var format = asked["format"].ToString();
        var reader = new HitReader(backend, query, asked["s"] == "@timestamp", PageSize);
        var first = await reader.NextAsync(context.RequestAborted);

        var (type, ending) = format switch
        {
            "ndjson" => ("application/x-ndjson; charset=utf-8", "ndjson"),
            "txt" => ("text/plain; charset=utf-8", "txt"),
            _ => ("text/csv; charset=utf-8", "csv"),
        };
        var now = options.Time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        context.Response.ContentType = type;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"logs-{now}.{ending}\"";
        if (ending == "csv")
        {
            await WriteAsync(context, string.Join(',', columns.Select(CsvCell)) + "\r\n");
        }

        var written = 0;
        for (var page = first; page.Count > 0; page = await NextAsync(context, reader, ending))
        {
            var text = new StringBuilder();
            foreach (var hit in page)
            {
                AppendRow(text, hit!, ending, columns);
                if (++written == RowsMax)
                {
                    break;
                }
            }

            await WriteAsync(context, text.ToString());
            if (written == RowsMax)
            {
                await WriteAsync(context, Note(ending, $"the export ends here, after {RowsMax} lines"));
                return;
            }
        }
    }

    /// <summary>A cell that a spreadsheet does not take for a formula.</summary>
    internal static string CsvCell(string text)
    {
        var safe = text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text;
        return safe.AsSpan().ContainsAny(",\"\r\n")
            ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : safe;
    }

    private static async Task<JsonArray> NextAsync(HttpContext context, HitReader reader, string ending)
    {
        try
        {
            return await reader.NextAsync(context.RequestAborted);
        }
        catch (BackendException error)
        {
            await WriteAsync(context, Note(ending, $"the export broke off: {error.Message}"));
            return [];
        }
    }

    private static void AppendRow(StringBuilder text, JsonNode hit, string ending, string[] columns)
    {
        if (ending == "ndjson")
        {
            var whole = new JsonObject
            {
                ["_index"] = hit["_index"]!.DeepClone(),
                ["_id"] = hit["_id"]!.DeepClone(),
                ["_source"] = hit["_source"]!.DeepClone(),
            };
            text.Append(whole.ToJsonString()).Append('\n');
            return;
        }

        var fields = FlatDocument.Flatten(hit["_source"]!.AsObject())
            .ToLookup(static field => field.Key, static field => field.Value);
        if (ending == "txt")
        {
            var line = Text(fields["message"].FirstOrDefault() ?? fields["error.message"].FirstOrDefault());
            text.Append(Text(fields["@timestamp"].FirstOrDefault())).Append('\t')
                .Append(line.ReplaceLineEndings(" ")).Append('\n');
            return;
        }

        text.AppendJoin(',', columns.Select(name => CsvCell(Text(fields[name].FirstOrDefault())))).Append("\r\n");
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonArray list when list.All(static item => item is JsonValue) => string.Join(", ", list),
        JsonArray or JsonObject => value.ToJsonString(),
        _ => value.ToString(),
    };

    private static string Note(string ending, string text) => ending == "ndjson"
        ? new JsonObject { ["note"] = text }.ToJsonString() + "\n"
        : $"# {text}\n";

    private static Task WriteAsync(HttpContext context, string text) =>
        context.Response.WriteAsync(text, context.RequestAborted);
}
