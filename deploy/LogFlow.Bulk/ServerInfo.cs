using System.Text.Json;

namespace LogFlow.Bulk;

/// <summary>Who answers at <c>GET /</c>: chooses the dialect, never refuses a server.</summary>
/// <param name="Distribution">"elasticsearch", "opensearch" or "logflow".</param>
/// <param name="Version">Its version; 0.0.0 where it does not say.</param>
/// <param name="IsServerless">Elastic's serverless flavour, which has no ILM and no shard settings.</param>
public sealed record ServerInfo(string Distribution, Version Version, bool IsServerless)
{
    /// <summary>OpenSearch refuses unknown query parameters and several template settings.</summary>
    public bool IsOpenSearch => Distribution == "opensearch";

    /// <summary><c>require_data_stream</c> in <c>_bulk</c>: Elasticsearch 8.13 and later.</summary>
    public bool HasRequireDataStream => IsElasticsearch && Version >= new Version(8, 13);

    /// <summary>
    /// <c>include_source_on_error=false</c> keeps log content out of errors: Elasticsearch 8.18 and later.
    /// </summary>
    public bool HasIncludeSourceOnError => IsElasticsearch && Version >= new Version(8, 18);

    /// <summary>Index mode logsdb: Elasticsearch 8.17 and later.</summary>
    public bool HasLogsdb => IsElasticsearch && Version >= new Version(8, 17);

    /// <summary><c>ignore_dynamic_beyond_limit</c>: Elasticsearch 8.14 and later.</summary>
    public bool HasIgnoreDynamicBeyondLimit => IsElasticsearch && Version >= new Version(8, 14);

    private bool IsElasticsearch => Distribution == "elasticsearch";

    /// <summary>Reads the answer of <c>GET /</c>; null where it is not such an answer.</summary>
    public static ServerInfo? TryParse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("version", out var version)
                || version.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var distribution = Text(version, "distribution") ?? "elasticsearch";
            var number = Text(version, "number") ?? "0.0.0";
            var digits = number.AsSpan(0, number.AsSpan().IndexOf('-') is >= 0 and var dash ? dash : number.Length);
            return new ServerInfo(
                distribution,
                Version.TryParse(digits, out var parsed) ? parsed : new Version(0, 0, 0),
                Text(version, "build_flavor") == "serverless");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Distribution} {Version}";

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
