using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LogFlow.Testing;
using Xunit.Abstractions;

namespace LogFlow.Store.Tests;

/// <summary>The same documents in the store and in real Elasticsearch; the same searches must answer alike.</summary>
public sealed class ElasticsearchDifferentialTests(ITestOutputHelper output)
{
    private const int DocumentCount = 3000;
    private const int SearchCount = 400;
    private const string Index = "logs-diff-default";

    private static readonly (string Field, string Type)[] ExtraFields =
    [
        ("n", """{"type":"long"}"""),
        ("load", """{"type":"double"}"""),
        ("tags", """{"type":"keyword","ignore_above":1024}"""),
        ("long_text", """{"type":"keyword","ignore_above":1024}"""),
        ("duration", """{"type":"long"}"""),
        ("sizes", """{"type":"long"}"""),
        ("flag", """{"type":"boolean"}"""),
        ("labels", """{"properties":{"env":{"type":"keyword","ignore_above":1024}}}"""),
        ("source", """{"properties":{"ip":{"type":"ip","ignore_malformed":true}}}"""),
        ("items", """{"properties":{"name":{"type":"keyword"},"count":{"type":"long"}}}"""),
        ("dotted", """{"properties":{"key":{"type":"long"}}}"""),
    ];

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(90);

    [RequiresFact(Requirement.Elasticsearch)]
    public async Task RandomSearches_SameDocuments_SameAnswers()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("LOGFLOW_SEED"), out var given)
            ? given
            : Environment.TickCount;
        output.WriteLine($"seed {seed} (LOGFLOW_SEED={seed} repeats it)");
        var random = new Random(seed);
        var documents = new RandomDocuments(random);
        var bulk = MakeBulk(documents);
        using var folder = new TempDirectory();
        await using var real = await RealServer.StartElasticsearchAsync(folder.Path);
        using var elasticsearch = new HttpClient { BaseAddress = real.Url, Timeout = TimeSpan.FromMinutes(2) };
        await SetUpAsync(elasticsearch, bulk);
        await using var store = await TestStore.StartAsync(configure: config => config.SealBytes = 1 << 20);
        var (_, added, _) = await store.BulkAsync(bulk);
        Assert.False(added["errors"]!.GetValue<bool>());

        var queries = new RandomQueries(random, documents);
        var problems = new List<string>();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var done = 0;
        for (; done < SearchCount && clock.Elapsed < TimeLimit && problems.Count < 20; done++)
        {
            var search = queries.Search().ToJsonString();
            if (await CompareAsync(elasticsearch, store.Http, search) is { } problem)
            {
                problems.Add($"{search}\n  {problem}");
            }
        }

        output.WriteLine($"{done} searches compared in {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.True(problems.Count == 0, $"seed {seed}\n" + string.Join("\n", problems));
        Assert.True(done >= 300, $"only {done} searches in {TimeLimit.TotalSeconds} s");
    }

    private static string MakeBulk(RandomDocuments documents)
    {
        var bulk = new StringBuilder();
        for (var i = 0; i < DocumentCount; i++)
        {
            var document = $"{{\"n\":{i},{documents.Next()[1..]}";
            bulk.Append(
                $"{{\"create\":{{\"_index\":\"{Index}\",\"_id\":\"doc-{i}\"}}}}\n{document}\n");
        }

        return bulk.ToString();
    }

    private static async Task SetUpAsync(HttpClient elasticsearch, string bulk)
    {
        // The reference mapping; no logsdb, which would order equal documents by host. One segment in order of arrival
        // (an index sorted by a counter, merged) makes "equal ones in order of arrival" comparable.
        var path = SharedFolder.File("reference", "elasticsearch-setup", "component-logflow-mappings.json");
        var mappings = JsonNode.Parse(await File.ReadAllTextAsync(path))!["template"]!["mappings"]!.DeepClone();
        // What dynamic mapping would find, said in advance: "load" may begin with a whole number.
        foreach (var (field, type) in ExtraFields)
        {
            mappings["properties"]![field] = JsonNode.Parse(type);
        }

        var template = new JsonObject
        {
            ["index_patterns"] = new JsonArray("logs-*-*"),
            ["priority"] = 500,
            ["data_stream"] = new JsonObject(),
            ["template"] = new JsonObject
            {
                ["mappings"] = mappings,
                ["settings"] = new JsonObject
                {
                    ["number_of_replicas"] = 0,
                    ["number_of_shards"] = 1,
                    ["sort"] = new JsonObject { ["field"] = "n" },
                    ["query"] = new JsonObject { ["default_field"] = new JsonArray("message", "error.message") },
                },
            },
        };
        await SendAsync(elasticsearch, HttpMethod.Put, "/_index_template/diff", template.ToJsonString());
        var answer = await SendAsync(elasticsearch, HttpMethod.Post, "/_bulk?refresh=true", bulk,
            "application/x-ndjson");
        Assert.False(answer.GetProperty("errors").GetBoolean(), answer.GetRawText()[..1000]);
        await SendAsync(
            elasticsearch, HttpMethod.Post, $"/{Index}/_forcemerge?max_num_segments=1", "");
        await SendAsync(elasticsearch, HttpMethod.Post, $"/{Index}/_refresh", "");
    }

    private static async Task<JsonElement> SendAsync(
        HttpClient http, HttpMethod method, string path, string body, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = new StringContent(body, Encoding.UTF8);
        request.Content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue(type);
        using var response = await http.SendAsync(request);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    private static async Task<string?> CompareAsync(HttpClient elasticsearch, HttpClient store, string search)
    {
        var expected = await SendAsync(elasticsearch, HttpMethod.Post, $"/{Index}/_search", search);
        var actual = await SendAsync(store, HttpMethod.Post, $"/{Index}/_search", search);
        if (expected.TryGetProperty("error", out var error))
        {
            // Elasticsearch refuses what its mapping types forbid; the store may answer or refuse.
            return actual.TryGetProperty("error", out _) || error.GetRawText().Contains("query_shard_exception")
                ? null
                : $"Elasticsearch refuses: {error.GetRawText()[..Math.Min(300, error.GetRawText().Length)]}";
        }

        if (actual.TryGetProperty("error", out error))
        {
            return $"the store refuses: {error.GetRawText()}";
        }

        var (left, right) = (expected.GetProperty("hits"), actual.GetProperty("hits"));
        var total = JsonCompare.Difference(left.GetProperty("total"), right.GetProperty("total"), "total");
        if (total is not null)
        {
            return "Elasticsearch <> store: " + total;
        }

        var (ids, ours) = (Ids(left), Ids(right));
        if (!ids.SequenceEqual(ours))
        {
            var at = ids.Zip(ours).TakeWhile(pair => pair.First == pair.Second).Count();
            return $"hits from {at}: {string.Join(' ', ids.Skip(at).Take(6))}"
                + $" <> {string.Join(' ', ours.Skip(at).Take(6))}";
        }

        var source = JsonCompare.Difference(Sources(left), Sources(right), "_source");
        return source ?? (expected.TryGetProperty("aggregations", out var aggregations)
            ? JsonCompare.Difference(aggregations, actual.GetProperty("aggregations"), "aggs")
            : null);
    }

    private static string[] Ids(JsonElement hits) =>
        [.. hits.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("_id").GetString()!)];

    private static JsonElement Sources(JsonElement hits) => JsonSerializer.SerializeToElement(
        hits.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("_source")).ToArray());
}
