using System.Text.Json.Nodes;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// The templates and the lifecycle policy that LogFlow ships, in a server's dialect: the one place that knows them, for
/// the output's start (<see cref="IndexSetup"/>) and for the command <c>setup</c> alike.
/// </summary>
internal static class SetupObjects
{
    public const string TemplateName = "logflow";
    private const string MappingsName = "logflow-mappings";
    private const string SettingsName = "logflow-settings";

    /// <summary>Elasticsearch's alone.</summary>
    public static SetupObject Policy => new(
        SetupKind.LifecyclePolicy, TemplateName, $"/_ilm/policy/{TemplateName}", Load("ilm-policy.json"));

    /// <summary>The index template, alike on all servers.</summary>
    public static SetupObject IndexTemplate => new(
        SetupKind.IndexTemplate, TemplateName, $"/_index_template/{TemplateName}", Load("index-template.json"));

    /// <summary>Whether the server takes lifecycle policies of Elasticsearch's form.</summary>
    public static bool HasPolicy(ServerInfo server) => !server.IsOpenSearch && !server.IsServerless;

    /// <summary>Everything for the server, in the order in which it is put.</summary>
    public static IReadOnlyList<SetupObject> All(ServerInfo server) => HasPolicy(server)
        ? [Policy, .. Templates(server, withPolicy: true)]
        : [.. Templates(server, withPolicy: false)];

    /// <summary>The templates, in the order in which they are put.</summary>
    /// <param name="server">Whose dialect.</param>
    /// <param name="withPolicy">Whether indices are to name <see cref="Policy"/>, which then must be there.</param>
    public static IEnumerable<SetupObject> Templates(ServerInfo server, bool withPolicy) =>
    [
        Component(MappingsName, GetMappings(server)),
        Component(SettingsName, GetSettings(server, withPolicy)),
        IndexTemplate,
    ];

    private static SetupObject Component(string name, JsonNode body) =>
        new(SetupKind.ComponentTemplate, name, $"/_component_template/{name}", body);

    private static JsonNode GetMappings(ServerInfo server)
    {
        var root = Load("component-logflow-mappings.json");
        if (server.IsOpenSearch)
        {
            // OpenSearch's constant_keyword demands a value, which differs per data stream.
            var stream = root["template"]!["mappings"]!["properties"]!["data_stream"]!["properties"]!.AsObject();
            foreach (var part in (ReadOnlySpan<string>)["type", "dataset", "namespace"])
            {
                stream[part] = new JsonObject { ["type"] = "keyword" };
            }
        }

        return root;
    }

    private static JsonNode GetSettings(ServerInfo server, bool withPolicy)
    {
        var root = Load("component-logflow-settings.json");
        var index = root["template"]!["settings"]!["index"]!.AsObject();
        if (!server.HasLogsdb)
        {
            index.Remove("mode");
        }

        if (!withPolicy)
        {
            index.Remove("lifecycle");
        }

        if (!server.HasIgnoreDynamicBeyondLimit)
        {
            index["mapping"]!["total_fields"]!.AsObject().Remove("ignore_dynamic_beyond_limit");
        }

        if (server.IsServerless)
        {
            index.Remove("number_of_shards");
            index.Remove("number_of_replicas");
            index.Remove("auto_expand_replicas");
        }

        return root;
    }

    private static JsonNode Load(string name)
    {
        using var stream = typeof(SetupObjects).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the resource {name} is missing from the assembly");
        return JsonNode.Parse(stream)!;
    }
}
