using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary><c>_mapping</c> and <c>_field_caps</c>: the fields of the indices that are asked for, and of no others.
/// </summary>
internal sealed class FieldsEndpoint(StoreEngine engine)
{
    public async Task MappingAsync(HttpContext context, string? index)
    {
        var url = new UrlParameters(context.Request);
        url.Check();
        using var snapshot = engine.AcquireSnapshot();
        var indices = IndexResolver.ContentsOf(engine, snapshot, index, url.Indices);
        await HttpAnswer.JsonAsync(context, 200, json =>
        {
            foreach (var (name, contents) in indices)
            {
                json.WriteStartObject(name);
                json.WriteStartObject("mappings");
                MappingWriter.WriteProperties(json, contents.Fields);
                json.WriteEndObject();
                json.WriteEndObject();
            }
        });
    }

    public async Task FieldCapsAsync(HttpContext context, string? index, RequestBody body)
    {
        var url = new UrlParameters(context.Request);
        url.Check("fields", "include_unmapped", "include_empty_fields");
        var patterns = ReadFields(await body.ReadAsync()) ?? url.Get("fields")?.Split(',') ?? ["*"];
        using var snapshot = engine.AcquireSnapshot();
        var indices = IndexResolver.ContentsOf(engine, snapshot, index, url.Indices);
        await HttpAnswer.JsonAsync(context, 200, json =>
        {
            json.WriteStartArray("indices");
            foreach (var name in indices.Keys)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteStartObject("fields");
            foreach (var (field, types) in TypesOf(indices, patterns))
            {
                MappingWriter.WriteCapabilities(json, field, types);
            }

            json.WriteEndObject();
        });
    }

    /// <summary>The types of each field, and the indices that have it as one.</summary>
    private static SortedDictionary<string, SortedDictionary<string, List<string>>> TypesOf(
        SortedDictionary<string, BlockContents> indices, string[] patterns)
    {
        var fields = new SortedDictionary<string, SortedDictionary<string, List<string>>>(StringComparer.Ordinal);
        foreach (var (name, contents) in indices)
        {
            foreach (var (field, kinds) in contents.Fields)
            {
                if (!patterns.Any(pattern => SimplePattern.Matches(pattern, field)))
                {
                    continue;
                }

                if (!fields.TryGetValue(field, out var types))
                {
                    fields.Add(field, types = new(StringComparer.Ordinal));
                }

                var type = MappingWriter.TypeOf(field, kinds);
                if (!types.TryGetValue(type, out var having))
                {
                    types.Add(type, having = []);
                }

                having.Add(name);
            }
        }

        return fields;
    }

    /// <summary>The fields that a body asks for; null: there is none, or it names none.</summary>
    private static string[]? ReadFields(ReadOnlyMemory<byte> data)
    {
        if (data.Span.Trim(" \r\n\t"u8).IsEmpty)
        {
            return null;
        }

        using var json = SearchEndpoint.Parse(data)!;
        string[]? fields = null;
        foreach (var property in Json.Object(json.RootElement, "field_caps").EnumerateObject())
        {
            fields = property.Name switch
            {
                "fields" => Json.Strings(property.Value, "fields"),
                "index_filter" when IsMatchAll(property.Value) => fields,
                _ => throw QueryException.Unsupported($"_field_caps with [{property.Name}]"),
            };
        }

        return fields;
    }

    private static bool IsMatchAll(JsonElement filter) =>
        filter.ValueKind == JsonValueKind.Object && filter.TryGetProperty("match_all", out _);
}
