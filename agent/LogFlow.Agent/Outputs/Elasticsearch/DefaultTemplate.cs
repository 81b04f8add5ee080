using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace LogFlow.Agent;

/// <summary>
/// The template of the default data stream: small, for ECS events as the agent makes them. Text that is not the message
/// can be aggregated; times are found by <c>@timestamp</c>.
/// </summary>
internal static class DefaultTemplate
{
    /// <summary>The request's body.</summary>
    public static HttpContent For(string name)
    {
        var template = new JsonObject
        {
            ["index_patterns"] = new JsonArray(name, $"{name}-*"),
            ["data_stream"] = new JsonObject(),

            // Above Elasticsearch's own logs-*-* (100), as Filebeat's.
            ["priority"] = 150,
            ["template"] = new JsonObject
            {
                // Matches Filebeat's template.
                ["settings"] = new JsonObject
                {
                    ["index"] = new JsonObject
                    {
                        ["codec"] = "best_compression",
                        ["refresh_interval"] = "5s",
                        ["mapping"] = new JsonObject { ["total_fields"] = new JsonObject { ["limit"] = 10000 } },
                    },
                },
                ["mappings"] = Mappings(),
            },
        };
        var content = new StringContent(template.ToJsonString());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static JsonObject Mappings() => new()
    {
        ["date_detection"] = false,
        ["dynamic_templates"] = new JsonArray(new JsonObject
        {
            ["text_as_keyword"] = new JsonObject
            {
                ["match_mapping_type"] = "string",
                ["mapping"] = new JsonObject { ["type"] = "keyword", ["ignore_above"] = 1024 },
            },
        }),
        ["properties"] = new JsonObject
        {
            ["@timestamp"] = new JsonObject { ["type"] = "date" },
            ["message"] = new JsonObject { ["type"] = "match_only_text" },
            ["log"] = new JsonObject
            {
                ["properties"] = new JsonObject { ["offset"] = new JsonObject { ["type"] = "long" } },
            },
        },
    };
}
