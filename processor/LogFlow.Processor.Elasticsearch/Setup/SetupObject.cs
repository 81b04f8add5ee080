using System.Text.Json.Nodes;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>Something that LogFlow ships for a server, in the dialect of that server.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name (Kibana: its id), unique within its kind.</param>
/// <param name="Path">Where it is put and asked for; starts with a slash.</param>
/// <param name="Body">What is put. Not to be changed.</param>
public sealed record SetupObject(SetupKind Kind, string Name, string Path, JsonNode Body)
{
    /// <summary>What it is and its name, for a human.</summary>
    public string Title => $"{KindText} {Name}";

    /// <summary>What it is, in words.</summary>
    public string KindText => Kind switch
    {
        SetupKind.LifecyclePolicy => "lifecycle policy",
        SetupKind.ComponentTemplate => "component template",
        SetupKind.IndexTemplate => "index template",
        SetupKind.DataView => "data view",
        SetupKind.Search => "search",
        _ => "dashboard",
    };
}
