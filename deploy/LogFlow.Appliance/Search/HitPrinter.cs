using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LogFlow.Appliance;

/// <summary>Prints hits, one a line: time, level, dataset and message; or chosen fields; or JSON.</summary>
internal sealed class HitPrinter(TextWriter output, SearchOptions options, bool isColoured)
{
    private const string Dim = "\e[2m";
    private const string Reset = "\e[0m";

    private static readonly JsonSerializerOptions Relaxed =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints one hit.</summary>
    public void Print(JsonNode hit)
    {
        var source = hit["_source"]!;
        if (options.IsJson)
        {
            output.WriteLine((options.Fields.Count > 0 ? Chosen(source) : source).ToJsonString(Relaxed));
            return;
        }

        var line = new StringBuilder();
        Coloured(line, Dim, Text(source, "@timestamp"));
        if (options.Fields.Count > 0)
        {
            foreach (var field in options.Fields)
            {
                line.Append('\t').Append(TerminalText.Clean(Text(source, field)));
            }
        }
        else
        {
            var level = Text(source, "log.level");
            if (level.Length > 0)
            {
                line.Append(' ');
                Coloured(line, ColourOf(level), level);
            }

            line.Append(' ');
            Coloured(line, "\e[36m", Text(source, "event.dataset"));
            line.Append(' ').Append(TerminalText.Clean(Text(source, "message")));
        }

        output.WriteLine(line);
    }

    private static string ColourOf(string level) => level.ToLowerInvariant() switch
    {
        "error" or "err" or "fatal" or "crit" or "critical" or "alert" or "emerg" or "emergency" => "\e[31m",
        "warn" or "warning" => "\e[33m",
        "debug" or "trace" => Dim,
        _ => "\e[32m",
    };

    /// <summary>A field by its dotted name, whether the document nests it or not.</summary>
    private static string Text(JsonNode source, string field) => Find(source, field) is { } node ? Plain(node) : "";

    private static JsonNode? Find(JsonNode source, string field)
    {
        if (source is JsonObject flat && flat.TryGetPropertyValue(field, out var direct) && direct is not null)
        {
            return direct;
        }

        var node = (JsonNode?)source;
        foreach (var part in field.Split('.'))
        {
            node = node is JsonObject section ? section[part] : null;
        }

        return node;
    }

    private static string Plain(JsonNode node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node.ToJsonString(Relaxed);

    /// <summary>The chosen fields by the names they were asked for; one that is missing is left out.</summary>
    private JsonObject Chosen(JsonNode source)
    {
        var chosen = new JsonObject();
        foreach (var field in options.Fields)
        {
            if (Find(source, field) is { } node)
            {
                chosen[field] = node.DeepClone();
            }
        }

        return chosen;
    }

    private void Coloured(StringBuilder line, string colour, string text)
    {
        text = TerminalText.Clean(text);
        if (isColoured)
        {
            line.Append(colour).Append(text).Append(Reset);
        }
        else
        {
            line.Append(text);
        }
    }
}
