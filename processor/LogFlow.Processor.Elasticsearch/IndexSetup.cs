using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Elastic.Clients.Elasticsearch.IndexManagement;
using Microsoft.Extensions.Logging;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// Puts LogFlow's component templates, lifecycle policy and index template, but only where no other template is
/// responsible for the data streams: one that Elastic ships or that an operator made stays in charge, now and later
/// (ours has priority 90, Elastic's 100). Idempotent; a template of ours that is as new is left as it is.
/// </summary>
public sealed partial class IndexSetup
{
    private const string TemplateName = SetupObjects.TemplateName;

    private readonly ElasticsearchConnection _connection;
    private readonly ILogger _logger;

    /// <param name="connection">The connection.</param>
    /// <param name="logger">Where the result is told.</param>
    public IndexSetup(ElasticsearchConnection connection, ILogger logger)
    {
        _connection = connection;
        _logger = logger;
    }

    /// <summary>
    /// Looks, and puts what is missing. Until it is done, nothing may be sent to the data streams: a server without a
    /// template answers 404 for good lines, or makes plain indices of them that no template mends afterwards.
    /// </summary>
    /// <param name="dataStream">One of the data streams that will be written, to ask which template matches.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<SetupResult> EnsureAsync(string dataStream, CancellationToken cancellationToken)
    {
        var (server, asked) = await _connection.AskServerAsync(cancellationToken);
        if (asked.Status == 403)
        {
            // Who may not even ask who the server is looks after no templates: others do.
            return SetupResult.Done;
        }

        if (server is null)
        {
            return asked.IsSuccess
                ? new SetupResult(false, Problem: "GET / is not answered as Elasticsearch answers it")
                : NotDone("GET /", asked);
        }

        if (server.Distribution == "logflow")
        {
            return SetupResult.Done;
        }

        var (look, existing) = await GetExistingVersionAsync(cancellationToken);
        if (look.IsTransient)
        {
            return NotDone("GET /_index_template/" + TemplateName, look);
        }

        if (existing == Existing.Current)
        {
            return SetupResult.Done;
        }

        if (existing == Existing.None)
        {
            var (simulated, hasOther) = await HasOtherTemplateAsync(dataStream, cancellationToken);
            if (simulated.IsTransient)
            {
                return NotDone($"POST /_index_template/_simulate_index/{dataStream}", simulated);
            }

            if (hasOther)
            {
                Log.OtherTemplate(_logger, dataStream);
                return SetupResult.Done;
            }
        }

        return await PutAllAsync(server, cancellationToken);
    }

    private static SetupResult NotDone(string request, ApiAnswer answer) =>
        new(false, NeedsOperator: !answer.IsTransient, Problem: $"{request}: {answer}");

    private async Task<SetupResult> PutAllAsync(ServerInfo server, CancellationToken cancellationToken)
    {
        var withPolicy = SetupObjects.HasPolicy(server);
        if (withPolicy)
        {
            var policy = SetupObjects.Policy;
            var answer = await PutAsync(policy.Path, policy.Body, cancellationToken);
            if (answer.IsTransient)
            {
                return NotDone("PUT " + policy.Path, answer);
            }

            // Without the right to manage policies the templates still do their work; nothing is deleted by age then.
            withPolicy = answer.IsSuccess;
            if (!withPolicy)
            {
                Log.PolicyRefused(_logger, policy.Path, answer.ToString());
            }
        }

        foreach (var part in SetupObjects.Templates(server, withPolicy))
        {
            var answer = await PutAsync(part.Path, part.Body, cancellationToken);
            if (!answer.IsSuccess)
            {
                return NotDone("PUT " + part.Path, answer);
            }
        }

        Log.TemplatesPut(_logger, server.ToString());
        return SetupResult.Done;
    }

    private async Task<(ApiAnswer Answer, Existing Existing)> GetExistingVersionAsync(
        CancellationToken cancellationToken)
    {
        var (answer, response) = await ApiAnswer.SendAsync(
            token => _connection.Client.Indices.GetIndexTemplateAsync(
                new GetIndexTemplateRequest
                {
                    Name = TemplateName,
                    RequestConfiguration = ElasticsearchConnection.PlainJson,
                },
                token),
            cancellationToken);
        if (answer.Status == 404)
        {
            return (answer, Existing.None);
        }

        // Who may not look at templates may not put them either: others look after them.
        if (!answer.IsSuccess)
        {
            return (answer, Existing.Current);
        }

        var ours = SetupObjects.IndexTemplate.Body["_meta"]!;
        var isOlder = response!.IndexTemplates.FirstOrDefault()?.IndexTemplate.Meta is { } meta
            && meta.TryGetValue("managed_by", out var manager)
            && manager?.ToString() == ours["managed_by"]!.ToString()
            && meta.TryGetValue("version", out var version)
            && int.TryParse(version?.ToString(), out var number)
            && number < ours["version"]!.GetValue<int>();
        return (answer, isOlder ? Existing.Older : Existing.Current);
    }

    /// <summary>Asks the server which template would make the data stream. Raw: the typed answer demands members that
    /// OpenSearch and servers without a matching template do not send.</summary>
    private async Task<(ApiAnswer Answer, bool HasOther)> HasOtherTemplateAsync(
        string dataStream, CancellationToken cancellationToken)
    {
        using var response = await _connection.SendAsync(
            HttpMethod.POST, $"/_index_template/_simulate_index/{dataStream}", cancellationToken: cancellationToken);
        try
        {
            return (ApiAnswer.Of(response),
                response.IsSuccess && JsonNode.Parse(response.Body.Span)?["template"] is not null);
        }
        catch (JsonException)
        {
            return (new ApiAnswer(0, string.Empty, "the answer is no JSON"), false);
        }
    }

    /// <summary>Raw: the bodies are JSON files of ours, which the typed client could only take apart and print again.
    /// </summary>
    private async Task<ApiAnswer> PutAsync(string path, JsonNode body, CancellationToken cancellationToken)
    {
        using var response = await _connection.SendAsync(
            HttpMethod.PUT,
            path,
            new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
            cancellationToken: cancellationToken);
        return ApiAnswer.Of(response);
    }

    private enum Existing
    {
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

        [LoggerMessage(5512, LogLevel.Warning, "PUT {Path} was refused ({Reason}); indices are made without a "
            + "lifecycle policy of LogFlow's, nothing is deleted by age.")]
        public static partial void PolicyRefused(ILogger logger, string path, string reason);
    }
}
