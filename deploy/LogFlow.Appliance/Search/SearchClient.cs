using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>Asks an Elasticsearch, or our store, which answers alike.</summary>
internal sealed class SearchClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _url;
    private readonly ServerAccess _access;
    private readonly string _what;
    private readonly bool _isTool;

    /// <summary>A client of one server.</summary>
    /// <param name="url">Where it is; user and password in it count where <paramref name="access"/> names none.</param>
    /// <param name="access">How it is logged in to.</param>
    /// <param name="what">What is refused where it refuses, for messages.</param>
    /// <param name="isTool">Whether options of a command say where it is: messages name them.</param>
    public SearchClient(Uri url, ServerAccess access, string what = "the search", bool isTool = true)
    {
        (_url, _access, _what, _isTool) = (url, access, what, isTool);
        _http = new HttpClient(access.CreateHandler()) { Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Posts to an API of the indices and returns the answer.</summary>
    /// <exception cref="StartupException">It cannot be reached, or refuses; the message says what to do.</exception>
    public Task<JsonObject> PostAsync(string index, string api, JsonObject body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"/{index}/{api}", "ignore_unavailable=true&allow_no_indices=true", body,
            cancellationToken);

    /// <summary>Whether it is LogFlow's own store, whose order of arrival is one for all indices.</summary>
    /// <exception cref="StartupException">It cannot be reached, or refuses.</exception>
    public async Task<bool> IsOwnStoreAsync(CancellationToken cancellationToken)
    {
        var root = await SendAsync(HttpMethod.Get, "/", "", null, cancellationToken);
        return root["version"]?["build_hash"]?.ToString() == "logflow";
    }

    /// <summary>The names of all fields.</summary>
    /// <exception cref="StartupException">It cannot be reached, or refuses.</exception>
    public async Task<IReadOnlyList<string>> FieldsAsync(string index, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, $"/{index}/_field_caps",
            "fields=*&ignore_unavailable=true&allow_no_indices=true", null, cancellationToken);
        return [.. (answer["fields"]?.AsObject() ?? []).Select(field => field.Key)];
    }

    /// <summary>Sends one request and returns the answer.</summary>
    /// <exception cref="StartupException">It cannot be reached, or refuses; the message says what to do.</exception>
    public async Task<JsonObject> SendAsync(
        HttpMethod method, string path, string query, JsonObject? body, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(_url)
        {
            UserName = "",
            Password = "",
            Path = $"{_url.AbsolutePath.TrimEnd('/')}{path}",
            Query = query,
        }.Uri;
        try
        {
            using var request = new HttpRequestMessage(method, address);
            request.Content = body is null
                ? null
                : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            _access.Prepare(request);
            using var response = await _http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode
                ? (JsonObject)JsonNode.Parse(text)!
                : throw Refused((int)response.StatusCode, text);
        }
        catch (HttpRequestException error)
        {
            throw new StartupException(
                $"cannot reach {_url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}: "
                + $"{ServerAccess.Explain(error)}"
                + (_isTool ? " (is 'logflow up' running? --url names another address)" : ""));
        }
        catch (JsonException)
        {
            throw new StartupException($"{address} did not answer with JSON; is it an Elasticsearch?");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StartupException($"no answer from {address} within {_http.Timeout.TotalSeconds:0} s");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>The server's text, line by line, without what a terminal would obey.</summary>
    private static string Readable(string reason) => reason.Trim() is { Length: > 0 } text
        ? string.Join('\n', text.Split('\n').Select(TerminalText.Clean))
        : "it says nothing more; is it an Elasticsearch?";

    private StartupException Refused(int status, string text)
    {
        var reason = text;
        try
        {
            var error = JsonNode.Parse(text)?["error"];
            var cause = error?["root_cause"]?[0]?["reason"] ?? error?["reason"] ?? error;
            reason = cause?.ToString() ?? text;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Not Elasticsearch's shape (a proxy's page, say): the text itself is the best there is.
        }

        // 400 is what a query earns that cannot be parsed: the user's to mend.
        var remedy = status == 401 && _isTool ? " (log in with --user or --api-key-file)" : "";
        return new StartupException(
            $"{_what} was refused ({status}): {Readable(reason)}{remedy}", status == 400 ? 2 : 1);
    }
}
