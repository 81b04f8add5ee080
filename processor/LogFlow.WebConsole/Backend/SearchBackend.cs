using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace LogFlow.WebConsole;

/// <summary>Asks the store or an Elasticsearch. A browser that goes away ends its request there, too.</summary>
internal sealed partial class SearchBackend(ConsoleOptions options) : IDisposable
{
    private const string Lenient = "ignore_unavailable=true&allow_no_indices=true";

    private readonly HttpClient _http = new(options.Handler ?? new SocketsHttpHandler())
    {
        Timeout = TimeSpan.FromSeconds(65),
    };

    /// <summary>The login of the request that is being answered.</summary>
    private readonly AsyncLocal<string?> _caller = new();

    /// <summary>Its address without user and password; null while it is not known.</summary>
    public string? Name => options.Backend()?.GetComponents(
        UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <summary>From here on in this request the server is asked in the name of its sender.</summary>
    public void ActFor(HttpRequest request)
    {
        if (options.PassesLogins)
        {
            _caller.Value = request.Headers.Authorization;
        }
    }

    /// <summary>A search over the indices of an expression.</summary>
    public Task<JsonObject> SearchAsync(string index, JsonObject body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"/{Uri.EscapeDataString(index)}/_search", Lenient, body, cancellationToken);

    /// <summary>How many documents match.</summary>
    public async Task<long> CountAsync(string index, JsonObject query, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Post, $"/{Uri.EscapeDataString(index)}/_count", Lenient,
            new JsonObject { ["query"] = query.DeepClone() }, cancellationToken);
        return answer["count"]!.GetValue<long>();
    }

    /// <summary>The fields of the indices with their types.</summary>
    public Task<JsonObject> FieldsAsync(string index, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"/{Uri.EscapeDataString(index)}/_field_caps", $"fields=*&{Lenient}", null,
            cancellationToken);

    /// <summary>One document; null: it is not there.</summary>
    public async Task<JsonObject?> DocumentAsync(string index, string id, CancellationToken cancellationToken)
    {
        // By a search, because a document of a data stream stands in an index that has another name.
        var answer = await SearchAsync(
            index,
            new JsonObject { ["size"] = 1, ["query"] = Es.Of("ids", "values", new JsonArray(id)) },
            cancellationToken);
        return answer["hits"]!["hits"]!.AsArray() is [{ } hit, ..] ? hit.AsObject() : null;
    }

    /// <summary>What the server says of itself.</summary>
    public Task<JsonObject> RootAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "/", "", null, cancellationToken);

    /// <summary>Whether what a server says of itself is what our store says.</summary>
    public static bool IsOwnStore(JsonObject root) => root["version"]?["build_hash"]?.ToString() == "logflow";

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<JsonObject> SendAsync(
        HttpMethod method, string path, string query, JsonObject? body, CancellationToken cancellationToken)
    {
        var url = options.Backend() ?? throw new BackendException(503, "unreachable", "the store has not started yet");
        using var request = new HttpRequestMessage(method, new UriBuilder(url)
        {
            UserName = "",
            Password = "",
            Path = url.AbsolutePath.TrimEnd('/') + path,
            Query = query,
        }.Uri);
        options.Prepare?.Invoke(request);
        if (_caller.Value is { Length: > 0 } login)
        {
            request.Headers.TryAddWithoutValidation("Authorization", login);
        }
        else if (request.Headers.Authorization is null && url.UserInfo.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo))));
        }

        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode
                ? JsonNode.Parse(text)!.AsObject()
                : throw Refused((int)response.StatusCode, text);
        }
        catch (HttpRequestException error)
        {
            throw new BackendException(502, "unreachable", $"{Name} does not answer: "
                + (error.InnerException is AuthenticationException reason ? reason.Message : error.Message));
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BackendException(
                504, "unreachable", $"no answer from {Name} within {_http.Timeout.TotalSeconds:0} s");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new BackendException(502, "unreachable", $"{Name} did not answer as an Elasticsearch does");
        }
    }

    private static BackendException Refused(int status, string text)
    {
        var reason = text;
        try
        {
            var error = JsonNode.Parse(text)?["error"];
            var cause = error?["failed_shards"]?[0]?["reason"]?["caused_by"]?["reason"]
                ?? error?["root_cause"]?[0]?["reason"] ?? error?["reason"] ?? error;
            reason = cause?.ToString() ?? text;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A proxy's page, say: the text itself is the best there is.
        }

        if (status != 400)
        {
            return new BackendException(502, "refused", $"refused ({status}): {Cut(reason)}");
        }

        // Ours says "at column 6", Lucene "at line 1, column 5" and counts from 0.
        int? column = OwnColumn().Match(reason) is { Success: true } own ? int.Parse(own.Groups[1].ValueSpan) - 1
            : LuceneColumn().Match(reason) is { Success: true } lucene ? int.Parse(lucene.Groups[1].ValueSpan)
            : null;
        return new BackendException(400, "query", Cut(reason.Split('\n')[0]), column);
    }

    private static string Cut(string text) => text.Length <= 500 ? text : text[..500] + "…";

    [GeneratedRegex(@"at column (\d{1,6})")]
    private static partial Regex OwnColumn();

    [GeneratedRegex(@"line 1, column (\d{1,6})")]
    private static partial Regex LuceneColumn();
}
