using System.Text.Json;

namespace LogFlow.Store;

/// <summary>Reads <c>highlight</c>; what is not supported is refused by name.</summary>
internal static class HighlightParser
{
    public static IReadOnlyList<HighlightSpec> Parse(JsonElement body)
    {
        var common = new HighlightSpec { Pattern = "" };
        var fields = new List<JsonProperty>();
        foreach (var property in Json.Object(body, "highlight").EnumerateObject())
        {
            if (property.Name != "fields")
            {
                common = Apply(common, property);
                continue;
            }

            foreach (var item in Json.Many(property.Value))
            {
                fields.AddRange(Json.Object(item, "highlight fields").EnumerateObject());
            }
        }

        return [.. fields.Select(field => Json.Object(field.Value, field.Name).EnumerateObject()
            .Aggregate(common with { Pattern = field.Name }, Apply))];
    }

    private static HighlightSpec Apply(HighlightSpec spec, JsonProperty option)
    {
        var (name, value) = (option.Name, option.Value);
        switch (name)
        {
            case "pre_tags":
                return spec with { Before = First(value, name) };
            case "post_tags":
                return spec with { After = First(value, name) };
            case "fragment_size":
                return spec with { FragmentChars = Json.Int(value, name) };
            case "number_of_fragments":
                return spec with { FragmentCountMax = Json.Int(value, name) };
            case "require_field_match":
                return spec with { RequiresField = Json.Bool(value, name) };
            case "encoder":
                return spec with
                {
                    IsHtml = Json.Scalar(value, name) switch
                    {
                        "default" => false,
                        "html" => true,
                        var other => throw QueryException.Parsing($"[highlight] unknown encoder [{other}]"),
                    },
                };
            case "no_match_size" when value.ValueKind == JsonValueKind.Number && Json.Int(value, name) == 0:
            case "type" or "order" or "fragmenter" or "boundary_scanner" or "boundary_scanner_locale"
                or "boundary_chars" or "boundary_max_scan" or "phrase_limit" or "max_analyzed_offset"
                or "max_fragment_length":
                return spec;
            default:
                throw QueryException.Unsupported($"[highlight] with [{name}]");
        }
    }

    private static string First(JsonElement value, string name) =>
        Json.Strings(value, name) is [var first, ..] ? first : throw QueryException.Parsing($"[{name}] is empty");
}
