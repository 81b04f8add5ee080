using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace LogFlow.Testing;

/// <summary>Asks our store, Elasticsearch or OpenSearch through the API they share.</summary>
public sealed class SearchApi(Uri url) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = url, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Documents that match; -1 while the server does not answer.</summary>
    public async Task<long> TryCountAsync(string query = "*")
    {
        try
        {
            await _http.PostAsync("logs-*/_refresh", null);
            var body = new JsonObject
            {
                ["query"] = new JsonObject { ["query_string"] = new JsonObject { ["query"] = query } },
            };
            var answer = await PostAsync("logs-*/_count?ignore_unavailable=true", body);
            return answer["count"]!.GetValue<long>();
        }
        catch (HttpRequestException)
        {
            return -1;
        }
    }

    /// <summary>The sources of a query's hits.</summary>
    public async Task<IReadOnlyList<JsonNode>> SearchAsync(JsonObject query, int size = 10_000) =>
        [.. (await HitsAsync(query, size)).Select(hit => hit["_source"]!)];

    /// <summary>A query's hits, with their ids.</summary>
    public async Task<IReadOnlyList<JsonNode>> HitsAsync(JsonObject query, int size = 10_000)
    {
        var body = new JsonObject { ["size"] = size, ["query"] = query };
        var answer = await PostAsync("logs-*/_search", body);
        return [.. answer["hits"]!["hits"]!.AsArray().Select(hit => hit!)];
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        using var response = await _http.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new HttpRequestException($"{path}: {(int)response.StatusCode} {text}");
    }
}
