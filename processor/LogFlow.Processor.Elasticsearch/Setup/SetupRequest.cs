namespace LogFlow.Processor.Elasticsearch;

/// <summary>A request that changes something on a server.</summary>
/// <param name="Method">PUT or POST.</param>
/// <param name="Path">Path and query; starts with a slash.</param>
/// <param name="Body">JSON, or where it is a file NDJSON.</param>
/// <param name="Objects">What it puts.</param>
public sealed record SetupRequest(string Method, string Path, string Body, IReadOnlyList<SetupObject> Objects)
{
    /// <summary>The body is sent as the file of a form, as Kibana's import takes it.</summary>
    public bool IsFile { get; init; }

    /// <summary>Headers beside the type of the content, as curl takes them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}
