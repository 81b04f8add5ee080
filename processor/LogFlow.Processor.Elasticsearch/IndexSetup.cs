using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// Puts LogFlow's component templates, lifecycle policy and index template, but only where no other template is
/// responsible for the data streams: one that Elastic ships or that an operator made stays in charge, now and later
/// (ours has priority 90, Elastic's 100). Idempotent; a template of ours that is as new is left as it is.
/// </summary>
public sealed partial class IndexSetup
{
    private const string TemplateName = "logflow";
    private const string MappingsName = "logflow-mappings";
    private const string SettingsName = "logflow-settings";

    private readonly ElasticsearchClient _client;
    private readonly ILogger _logger;

    /// <param name="client">The connection.</param>
    /// <param name="logger">Where the result is told.</param>
    public IndexSetup(ElasticsearchClient client, ILogger logger)
    {
        _client = client;
        _logger = logger;
    }

    /// <summary>
    /// Looks, and puts what is missing. A refusal is told once and is no obstacle: documents can be indexed without
    /// templates.
    /// </summary>
    /// <param name="dataStream">One of the data streams that will be written, to ask which template matches.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where the server did not answer, so that it is worth asking again.</returns>
    public async Task<bool> EnsureAsync(string dataStream, CancellationToken cancellationToken)
    {
        if (await _client.GetServerInfoAsync(cancellationToken) is not { } server)
        {
            return false;
        }

        if (server.Distribution == "logflow")
        {
            return true;
        }

        var existing = await GetExistingVersionAsync(cancellationToken);
        if (existing == Existing.NoAnswer)
        {
            return false;
        }

        if (existing == Existing.Current)
        {
            return true;
        }

        if (existing == Existing.None && await HasOtherTemplateAsync(dataStream, cancellationToken))
        {
            Log.OtherTemplate(_logger, dataStream);
            return true;
        }

        var withPolicy = !server.IsOpenSearch && !server.IsServerless
            && await PutAsync("/_ilm/policy/logflow", Load("ilm-policy.json"), cancellationToken);
        var done = await PutAsync($"/_component_template/{MappingsName}", GetMappings(server), cancellationToken)
            && await PutAsync(
                $"/_component_template/{SettingsName}", GetSettings(server, withPolicy), cancellationToken)
            && await PutAsync($"/_index_template/{TemplateName}", Load("index-template.json"), cancellationToken);
        if (done)
        {
            Log.TemplatesPut(_logger, server.ToString());
        }

        return true;
    }

    /// <summary>The mappings for the server's dialect.</summary>
    internal static JsonNode GetMappings(ServerInfo server)
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

    /// <summary>The settings for the server's dialect and version.</summary>
    internal static JsonNode GetSettings(ServerInfo server, bool withPolicy)
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
        using var stream = typeof(IndexSetup).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the resource {name} is missing from the assembly");
        return JsonNode.Parse(stream)!;
    }

    private async Task<Existing> GetExistingVersionAsync(CancellationToken cancellationToken)
    {
        using var response = await _client.SendAsync(
            HttpMethod.Get, $"/_index_template/{TemplateName}", cancellationToken: cancellationToken);
        if (response.Status == 404)
        {
            return Existing.None;
        }

        if (!response.IsSuccess)
        {
            return response.Status is 401 or 403 or 405 ? Existing.Current : Existing.NoAnswer;
        }

        var meta = JsonNode.Parse(response.Body.Span)?["index_templates"]?[0]?["index_template"]?["_meta"];
        var ours = Load("index-template.json")["_meta"]!;
        return meta?["managed_by"]?.ToString() == ours["managed_by"]!.ToString()
            && meta["version"] is JsonValue version && version.TryGetValue<int>(out var number)
            && number < ours["version"]!.GetValue<int>()
                ? Existing.Older
                : Existing.Current;
    }

    /// <summary>Asks the server which template would make the data stream.</summary>
    private async Task<bool> HasOtherTemplateAsync(string dataStream, CancellationToken cancellationToken)
    {
        using var response = await _client.SendAsync(
            HttpMethod.Post, $"/_index_template/_simulate_index/{dataStream}", cancellationToken: cancellationToken);
        return response.IsSuccess && JsonNode.Parse(response.Body.Span)?["template"] is not null;
    }

    private async Task<bool> PutAsync(string path, JsonNode body, CancellationToken cancellationToken)
    {
        var text = body.ToJsonString();
        using var response = await _client.SendAsync(
            HttpMethod.Put,
            path,
            _ => new StringContent(text, System.Text.Encoding.UTF8, "application/json"),
            cancellationToken: cancellationToken);
        if (response.IsSuccess)
        {
            return true;
        }

        var (type, reason) = response.ReadError();
        Log.PutRefused(_logger, path, response.Status, type, reason);
        return false;
    }

    private enum Existing
    {
        NoAnswer,
        None,
        Older,
        Current,
    }

    private static partial class Log
    {
        [LoggerMessage(5510, LogLevel.Information, "{Server}: LogFlow's index templates are in place.")]
        public static partial void TemplatesPut(ILogger logger, string server);

        [LoggerMessage(5511, LogLevel.Information, "{DataStream} is made by an index template that exists already; "
            + "LogFlow leaves it in charge.")]
        public static partial void OtherTemplate(ILogger logger, string dataStream);

        [LoggerMessage(5512, LogLevel.Warning, "{Path} was refused ({Status} {Type}: {Reason}); documents are indexed "
            + "with the server's own templates.")]
        public static partial void PutRefused(ILogger logger, string path, int status, string type, string reason);
    }
}
