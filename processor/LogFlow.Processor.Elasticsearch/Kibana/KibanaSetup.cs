using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// LogFlow's data view, searches and dashboard in Kibana or OpenSearch Dashboards, by the import and export API of
/// saved objects, which both have had for long and keep.
/// </summary>
/// <param name="connection">Kibana, not Elasticsearch.</param>
/// <param name="space">Kibana's space, or the tenant of OpenSearch Dashboards; null: the default one.</param>
public sealed class KibanaSetup(ElasticsearchConnection connection, string? space) : ISetupTarget
{
    private const string Privileges = "in Kibana the feature privilege Saved Objects Management: All of that space "
        + "(OpenSearch Dashboards: the role kibana_user, and write access to the tenant)";

    private bool _isOpenSearch;

    /// <inheritdoc/>
    public string Address => SetupFailure.Text(connection.Options.Hosts[0]);

    private string Prefix => space is null || _isOpenSearch ? "" : $"/s/{Uri.EscapeDataString(space)}";

    private List<KeyValuePair<string, string>> Headers
    {
        get
        {
            // Without it both refuse what a browser could be tricked into.
            List<KeyValuePair<string, string>> headers = [new(_isOpenSearch ? "osd-xsrf" : "kbn-xsrf", "true")];
            if (_isOpenSearch && space is not null)
            {
                headers.Add(new("securitytenant", space));
            }

            return headers;
        }
    }

    /// <inheritdoc/>
    public async Task<string> AskAsync(CancellationToken cancellationToken)
    {
        const string Path = "/api/status";
        using var response = await connection.SendAsync(HttpMethod.GET, Path, cancellationToken: cancellationToken);
        if (!response.IsSuccess)
        {
            throw Failure(response, "status", "GET " + Path);
        }

        var status = Read(response, "GET " + Path);
        _isOpenSearch = response.GetHeader("osd-name") is not null;
        if (!_isOpenSearch && (status as JsonObject)?["status"] is null)
        {
            throw NotKibana("GET " + Path);
        }

        return $"{(_isOpenSearch ? "OpenSearch Dashboards" : "Kibana")} {status?["version"]?["number"]}".TrimEnd();
    }

    /// <inheritdoc/>
    public IReadOnlyList<SetupFinding> Assume() =>
    [
        .. KibanaObjects.All(_isOpenSearch).Select(item => IsUnsupported(item)
            ? new SetupFinding(
                item, SetupState.Unsupported, "its panels are made with Lens, which OpenSearch Dashboards lacks")
            : new SetupFinding(item, SetupState.Missing)),
    ];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SetupFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new List<SetupFinding>();
        foreach (var finding in Assume())
        {
            findings.Add(finding.IsFine ? finding : await LookAsync(finding.Object, cancellationToken));
        }

        return findings;
    }

    /// <inheritdoc/>
    public IReadOnlyList<SetupRequest> Plan(IReadOnlyList<SetupFinding> findings, bool overwrites)
    {
        var chosen = findings.Where(finding => finding.IsPut(overwrites)).ToList();
        if (chosen.Count == 0)
        {
            return [];
        }

        // What came into being since it was looked at is a conflict, unless something is to be replaced anyway.
        var query = overwrites ? "?overwrite=true" : "";
        var lines = string.Concat(chosen.Select(static finding => finding.Object.Body.ToJsonString() + "\n"));
        return
        [
            new SetupRequest(
                "POST", $"{Prefix}/api/saved_objects/_import{query}", lines,
                [.. chosen.Select(static finding => finding.Object)])
            {
                IsFile = true,
                Headers = Headers,
            },
        ];
    }

    /// <inheritdoc/>
    public async Task SendAsync(SetupRequest request, CancellationToken cancellationToken)
    {
        var line = $"POST {request.Path}";
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes(request.Body));
        file.Headers.ContentType = new("application/ndjson");
        var form = new MultipartFormDataContent { { file, "file", "logflow.ndjson" } };
        using var response = await connection.SendAsync(
            HttpMethod.POST, request.Path, form, request.Headers, cancellationToken);
        if (!response.IsSuccess)
        {
            throw Failure(response, "import", line);
        }

        var answer = Read(response, line);
        if (answer?["success"]?.ToString() != "true")
        {
            var errors = (answer?["errors"] as JsonArray ?? []).Select(static error =>
                $"{error?["type"]} {error?["id"]}: {error?["error"]?["type"]} {error?["error"]?["message"]}".TrimEnd());
            throw new SetupException(
                $"{Address}: import: {line}: {answer?["successCount"] ?? 0} of {request.Objects.Count} objects were "
                + $"taken; not taken: {ShortText.Of(string.Join("; ", errors))}; a conflict is solved by --overwrite, "
                + "missing references by the data view's import first");
        }
    }

    private bool IsUnsupported(SetupObject item) => _isOpenSearch && item.Kind == SetupKind.Dashboard;

    /// <summary>By the export API: reading single objects is no public API in newer versions.</summary>
    private async Task<SetupFinding> LookAsync(SetupObject item, CancellationToken cancellationToken)
    {
        var path = $"{Prefix}/api/saved_objects/_export";
        var question = new JsonObject
        {
            ["objects"] = new JsonArray(new JsonObject
            {
                ["type"] = item.Body["type"]!.DeepClone(),
                ["id"] = item.Name,
            }),
            ["excludeExportDetails"] = true,
        };
        using var response = await connection.SendAsync(
            HttpMethod.POST, path, new StringContent(question.ToJsonString(), Encoding.UTF8, "application/json"),
            Headers, cancellationToken);
        if (response.Status == 400 && IsNotFound(Read(response, "POST " + path)))
        {
            return new SetupFinding(item, SetupState.Missing);
        }

        if (!response.IsSuccess)
        {
            throw Failure(response, item.Title, "POST " + path);
        }

        var difference = KibanaDifference.Describe(item.Body, Read(response, "POST " + path)!);
        return difference.Length == 0
            ? new SetupFinding(item, SetupState.Equal)
            : new SetupFinding(item, SetupState.Different, difference);
    }

    private static bool IsNotFound(JsonNode? answer) =>
        answer?["attributes"]?["objects"]?[0]?["error"]?["statusCode"]?.ToString() == "404";

    private SetupException Failure(ElasticsearchResponse response, string what, string request)
    {
        var answer = ApiAnswer.Of(response);
        if (!response.IsSuccess && response.Failure is null && TryReadMessage(response) is { } message)
        {
            answer = answer with { Reason = $"{answer.Reason}: {ShortText.Of(message)}" };
        }

        return SetupFailure.Of(Address, what, request, answer, Privileges);
    }

    /// <summary>What Kibana says beside its <c>error</c>, which is only the status in words.</summary>
    private static string? TryReadMessage(ElasticsearchResponse response)
    {
        try
        {
            return (JsonNode.Parse(response.Body.Span) as JsonObject)?["message"]?.ToString();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private JsonNode? Read(ElasticsearchResponse response, string request)
    {
        try
        {
            return JsonNode.Parse(response.Body.Span);
        }
        catch (JsonException)
        {
            throw NotKibana(request);
        }
    }

    private SetupException NotKibana(string request) => new($"{Address}: {request} is not answered as Kibana or "
        + "OpenSearch Dashboards answers it; check that the address is not Elasticsearch's or a proxy's");
}
