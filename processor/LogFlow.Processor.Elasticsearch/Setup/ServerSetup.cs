using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// LogFlow's templates and lifecycle policy on a server, object by object: how each stands, and putting it. Unlike
/// <see cref="IndexSetup"/>, which an output's start needs to be quick and forgiving, it looks at everything and every
/// refusal is an error.
/// </summary>
/// <param name="connection">The server.</param>
/// <param name="dataStream">One of the data streams that will be written, to ask which template makes it.</param>
public sealed class ServerSetup(ElasticsearchConnection connection, string dataStream) : ISetupTarget
{
    private const string Privileges = "the cluster privilege manage_index_templates, and for lifecycle policies "
        + "manage_ilm (OpenSearch: the action group cluster_manage_index_templates)";

    private ServerInfo? _server;

    /// <inheritdoc/>
    public string Address => SetupFailure.Text(connection.Options.Hosts[0]);

    private ServerInfo Server => _server ?? throw new InvalidOperationException("the server was not asked yet");

    /// <inheritdoc/>
    public async Task<string> AskAsync(CancellationToken cancellationToken)
    {
        var (server, answer) = await connection.AskServerAsync(cancellationToken);
        if (server is null)
        {
            throw answer.IsSuccess
                ? new SetupException($"{Address}: GET / is not answered as Elasticsearch or OpenSearch answers it; "
                    + "check that the address is not Kibana's or a proxy's")
                : SetupFailure.Of(Address, "server", "GET /", answer, "the cluster privilege monitor");
        }

        if (server.Distribution == "logflow")
        {
            throw new SetupException($"{Address}: is LogFlow's own store, which needs no setup; name an Elasticsearch "
                + "or OpenSearch");
        }

        _server = server;
        return $"{(server.IsOpenSearch ? "OpenSearch" : "Elasticsearch")} {server.Version}";
    }

    /// <inheritdoc/>
    public IReadOnlyList<SetupFinding> Assume() =>
        [.. SetupObjects.All(Server).Select(static item => new SetupFinding(item, SetupState.Missing))];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SetupFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new List<SetupFinding>();
        foreach (var item in SetupObjects.All(Server))
        {
            findings.Add(await LookAsync(item, cancellationToken));
        }

        var template = findings.Find(static finding => finding.Object.Kind == SetupKind.IndexTemplate)!;
        if (template.State != SetupState.Missing || !await HasOtherTemplateAsync(cancellationToken))
        {
            return findings;
        }

        var reason = $"another index template makes {dataStream} and stays in charge";
        return [.. findings.Select(finding => finding.State == SetupState.Missing
            ? finding with { State = SetupState.NotNeeded, Detail = reason }
            : finding)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<SetupRequest> Plan(IReadOnlyList<SetupFinding> findings, bool overwrites) =>
    [
        .. findings.Where(finding => finding.IsPut(overwrites)).Select(static finding => new SetupRequest(
            "PUT", finding.Object.Path, finding.Object.Body.ToJsonString(), [finding.Object])),
    ];

    /// <inheritdoc/>
    public async Task SendAsync(SetupRequest request, CancellationToken cancellationToken)
    {
        using var response = await connection.SendAsync(
            HttpMethod.PUT,
            request.Path,
            new StringContent(request.Body, Encoding.UTF8, "application/json"),
            cancellationToken: cancellationToken);
        if (!response.IsSuccess)
        {
            throw Failure(response, request.Objects[0].Title, "PUT " + request.Path);
        }
    }

    private async Task<SetupFinding> LookAsync(SetupObject item, CancellationToken cancellationToken)
    {
        using var response = await connection.SendAsync(
            HttpMethod.GET, item.Path, cancellationToken: cancellationToken);
        var answer = ApiAnswer.Of(response);
        if (answer.Status == 404)
        {
            return new SetupFinding(item, SetupState.Missing);
        }

        if (!answer.IsSuccess)
        {
            throw Failure(response, item.Title, "GET " + item.Path);
        }

        var theirs = Find(item, Read(response, item.Title, "GET " + item.Path));
        if (theirs is null)
        {
            return new SetupFinding(item, SetupState.Missing);
        }

        var difference = JsonDifference.Describe(item.Body, theirs);
        return difference.Length == 0 ? new SetupFinding(item, SetupState.Equal)
            : IsOlder(item.Body, theirs) ? new SetupFinding(item, SetupState.Older, difference)
            : new SetupFinding(item, SetupState.Different, difference);
    }

    /// <summary>The object in the answer, in the form in which it is put; null: it is not in there.</summary>
    private static JsonNode? Find(SetupObject item, JsonNode? answer) => item.Kind switch
    {
        SetupKind.LifecyclePolicy => answer?[item.Name]?["policy"] is { } policy
            ? new JsonObject { ["policy"] = policy.DeepClone() }
            : null,
        SetupKind.ComponentTemplate => answer?["component_templates"]?[0]?["component_template"],
        _ => answer?["index_templates"]?[0]?["index_template"],
    };

    private static bool IsOlder(JsonNode ours, JsonNode theirs)
    {
        var (mine, other) = (MetaOf(ours), MetaOf(theirs));
        return other?["managed_by"]?.ToString() == mine!["managed_by"]!.ToString()
            && int.TryParse(other["version"]?.ToString(), out var version)
            && version < mine["version"]!.GetValue<int>();
    }

    private static JsonNode? MetaOf(JsonNode body) => (body["policy"] ?? body)["_meta"];

    private async Task<bool> HasOtherTemplateAsync(CancellationToken cancellationToken)
    {
        var path = $"/_index_template/_simulate_index/{dataStream}";
        using var response = await connection.SendAsync(HttpMethod.POST, path, cancellationToken: cancellationToken);
        return response.IsSuccess
            ? Read(response, "index template", "POST " + path)?["template"] is not null
            : throw Failure(response, "index template", "POST " + path);
    }

    private static SetupException Failure(ElasticsearchResponse response, string what, string request) =>
        SetupFailure.Of(SetupFailure.Text(response.Node), what, request, ApiAnswer.Of(response), Privileges);

    private static JsonNode? Read(ElasticsearchResponse response, string what, string request)
    {
        try
        {
            return JsonNode.Parse(response.Body.Span);
        }
        catch (JsonException)
        {
            throw new SetupException($"{response.Node}: {what}: {request}: the answer is no JSON; check that the "
                + "address is the server's and not a proxy's");
        }
    }
}
