namespace LogFlow.Processor.Elasticsearch;

/// <summary>What an object of the setup is.</summary>
public enum SetupKind
{
    /// <summary>When indices are rolled over (Elasticsearch's ILM).</summary>
    LifecyclePolicy,

    /// <summary>Mappings or settings that index templates are composed of.</summary>
    ComponentTemplate,

    /// <summary>What makes data streams.</summary>
    IndexTemplate,

    /// <summary>Which indices Kibana shows (type <c>index-pattern</c>).</summary>
    DataView,

    /// <summary>A search that Kibana keeps.</summary>
    Search,

    /// <summary>A dashboard of Kibana.</summary>
    Dashboard,
}
