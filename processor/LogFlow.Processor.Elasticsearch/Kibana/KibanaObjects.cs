using System.Text.Json.Nodes;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// The data view, searches and dashboard that LogFlow ships (deploy/kibana), in the dialect of Kibana or of OpenSearch
/// Dashboards.
/// </summary>
internal static class KibanaObjects
{
    /// <summary>What OpenSearch Dashboards stores of a data view or a search; its index refuses other attributes.
    /// </summary>
    private static readonly string[] DashboardsAttributes =
        ["title", "timeFieldName", "description", "columns", "sort", "kibanaSavedObjectMeta"];

    /// <summary>All of them, referred ones first.</summary>
    public static IReadOnlyList<SetupObject> All(bool isOpenSearch)
    {
        using var stream = typeof(KibanaObjects).Assembly.GetManifestResourceStream("kibana.ndjson")
            ?? throw new InvalidOperationException("the resource kibana.ndjson is missing from the assembly");
        using var reader = new StreamReader(stream);
        var objects = new List<SetupObject>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                objects.Add(Make(JsonNode.Parse(line)!.AsObject(), isOpenSearch));
            }
        }

        return objects;
    }

    private static SetupObject Make(JsonObject body, bool isOpenSearch)
    {
        var (type, id) = (body["type"]!.GetValue<string>(), body["id"]!.GetValue<string>());
        var kind = type switch
        {
            "index-pattern" => SetupKind.DataView,
            "search" => SetupKind.Search,
            _ => SetupKind.Dashboard,
        };
        if (isOpenSearch)
        {
            body.Remove("coreMigrationVersion");
            body.Remove("typeMigrationVersion");
            var attributes = body["attributes"]!.AsObject();
            foreach (var name in attributes.Select(static member => member.Key).Except(DashboardsAttributes).ToList())
            {
                attributes.Remove(name);
            }
        }

        return new SetupObject(kind, id, $"/api/saved_objects/{type}/{id}", body);
    }
}
