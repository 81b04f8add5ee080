using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using LogFlow.Testing;

namespace LogFlow.Store.Tests;

/// <summary>What the store says of itself and its indices is true, and in Elasticsearch's shapes.</summary>
public sealed class CatalogTests
{
    private const string Time = "\"@timestamp\":\"2025-11-20T00:00:00Z\"";

    [Fact]
    public async Task Mapping_OfAnIndex_HasItsFieldsOnly()
    {
        await using var store = await StartAsync();
        for (var isSealed = false; ; isSealed = true)
        {
            var mapping = await store.SendAsync(HttpMethod.Get, "/logs-a-default/_mapping");
            Assert.Equal(["@timestamp", "alone", "both", "nested"],
                Names(mapping["logs-a-default"]!["mappings"]!["properties"]!));
            var caps = await store.SendAsync(
                HttpMethod.Post, "/logs-b-default/_field_caps", """{"fields":["*"],"index_filter":{"match_all":{}}}""");
            Assert.Equal(["@timestamp", "both", "other"], Names(caps["fields"]!));
            caps = await store.SendAsync(HttpMethod.Post, "/_field_caps", """{"fields":["oth*","both"]}""");
            Assert.Equal(["both", "other"], Names(caps["fields"]!));
            Assert.Equal("logs-a-default", (string?)caps["fields"]!["both"]!["long"]!["indices"]![0]);
            Assert.Equal("logs-b-default", (string?)caps["fields"]!["both"]!["keyword"]!["indices"]![0]);
            if (isSealed)
            {
                return;
            }

            await store.Engine.FlushAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task Sort_ByAFieldOfAnotherIndex_IsRefused()
    {
        await using var store = await StartAsync();
        for (var isSealed = false; ; isSealed = true)
        {
            await store.SearchAsync("""{"sort":["other"]}""", "logs-*");
            await store.SearchAsync("""{"sort":["alone"]}""", "logs-a-default");
            await store.SendAsync(
                HttpMethod.Post, "/logs-a-default/_search", """{"sort":["other"]}""", HttpStatusCode.BadRequest);
            if (isSealed)
            {
                return;
            }

            await store.Engine.FlushAsync(CancellationToken.None);
        }
    }

    [Theory]
    [InlineData("/logs-x-*/_search?allow_no_indices=false", HttpStatusCode.NotFound)]
    [InlineData("/logs-x-*/_search", HttpStatusCode.OK)]
    [InlineData("/logs-*/_count?expand_wildcards=sideways", HttpStatusCode.BadRequest)]
    [InlineData("/logs-*/_search?format=yaml", HttpStatusCode.BadRequest)]
    [InlineData("/_ilm/policy/none", HttpStatusCode.NotFound)]
    [InlineData("/_nodes/hot_threads", HttpStatusCode.BadRequest)]
    public async Task Parameters_ThatChangeAnAnswer_AreObeyedOrRefused(string path, HttpStatusCode expected)
    {
        await using var store = await StartAsync();
        await store.SendAsync(HttpMethod.Get, path, null, expected);
    }

    [Fact]
    public async Task ExpandWildcards_None_FindsNothing()
    {
        await using var store = await StartAsync();
        Assert.Equal(0, (int)(await store.SendAsync(HttpMethod.Get, "/logs-*/_count?expand_wildcards=none"))["count"]!);
        Assert.Equal(2, (int)(await store.SendAsync(HttpMethod.Get, "/logs-*/_count?expand_wildcards=open"))["count"]!);
    }

    [Fact]
    public async Task Templates_AreReadBackAsElasticsearchDoes_AlsoAfterARestart()
    {
        using var folder = new TempDirectory();
        await using (var store = await TestStore.StartAsync(folder.Path))
        {
            await store.SendAsync(HttpMethod.Put, "/_index_template/t1", """{"index_patterns":["a-*"]}""");
            await store.SendAsync(HttpMethod.Put, "/_ilm/policy/p", """{"policy":{"phases":{}}}""");
            await store.SendAsync(HttpMethod.Delete, "/_index_template/t2", null, HttpStatusCode.NotFound);
            await store.SendAsync(HttpMethod.Put, "/_ingest/pipeline/p", "no json", HttpStatusCode.BadRequest);
        }

        await using var again = await TestStore.StartAsync(folder.Path);
        var template = (await again.SendAsync(HttpMethod.Get, "/_index_template/t*"))["index_templates"]![0]!;
        Assert.Equal("t1", (string?)template["name"]);
        Assert.Equal("a-*", (string?)template["index_template"]!["index_patterns"]![0]);
        Assert.NotNull((await again.SendAsync(HttpMethod.Get, "/_ilm/policy"))["p"]!["policy"]);
        await again.SendAsync(HttpMethod.Delete, "/_index_template/t1");
        Assert.Empty((await again.SendAsync(HttpMethod.Get, "/_index_template"))["index_templates"]!.AsArray());
    }

    [Fact]
    public async Task Templates_DamagedFile_IsSetAside()
    {
        using var folder = new TempDirectory();
        await using (await TestStore.StartAsync(folder.Path))
        {
            await File.WriteAllTextAsync(folder.File("templates.json"), "{\"a\":");
        }

        await using var again = await TestStore.StartAsync(folder.Path);
        Assert.True(File.Exists(folder.File("templates.json.corrupt")));
        await again.SendAsync(HttpMethod.Put, "/_index_template/t1", "{}");
    }

    [Fact]
    public async Task Index_Nodes_Cat_SayWhatThereIs()
    {
        await using var store = await StartAsync();
        var index = (await store.SendAsync(HttpMethod.Get, "/logs-a-default"))["logs-a-default"]!;
        Assert.Equal("1", (string?)index["settings"]!["index"]!["number_of_shards"]);
        Assert.NotNull(index["mappings"]!["properties"]!["alone"]);
        var stats = (await store.SendAsync(HttpMethod.Get, "/_nodes/stats"))["nodes"]!["logflow-1"]!;
        Assert.Equal(2, (int)stats["indices"]!["docs"]!["count"]!);
        var row = (await store.Http.GetStringAsync("/_cat/indices/logs-a-default")).Split(' ');
        Assert.Equal(10, row.Length);
        Assert.Equal("1", row[6]);
    }

    [Fact]
    public async Task Document_WithASlashInItsId_IsFound_AndSourceAloneOrInParts()
    {
        await using var store = await TestStore.StartAsync();
        await store.BulkAsync(
            """{"create":{"_index":"logs-a-default","_id":"a/b c"}}""" + "\n{" + Time + ",\"x\":1,\"y\":2}\n");
        var found = await store.SendAsync(HttpMethod.Get, "/logs-a-default/_doc/a%2Fb%20c?_source_includes=x");
        Assert.Equal("""{"x":1}""", found["_source"]!.ToJsonString());
        Assert.Equal(2, (int)(await store.SendAsync(HttpMethod.Get, "/logs-a-default/_source/a%2Fb%20c"))["y"]!);
        await store.SendAsync(HttpMethod.Get, "/logs-a-default/_source/none", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task LongAnswer_IsCompressedOnRequest()
    {
        await using var store = await TestStore.StartAsync();
        await store.AddAsync("{" + Time + ",\"message\":\"" + new string('x', 5000) + "\"}");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/logs-*/_search");
        request.Headers.Add("Accept-Encoding", "gzip");
        using var response = await store.Http.SendAsync(request);
        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        await using var plain = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var json = await JsonDocument.ParseAsync(plain);
        Assert.Equal(1, json.RootElement.GetProperty("hits").GetProperty("hits").GetArrayLength());
    }

    [Fact]
    public async Task Values_AreCountedPerDocument_DatesArePrinted_EmojiAreWords()
    {
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(
            "{" + Time + ""","tags":["a","b","a"],"message":"deployed 🚀 well"}""",
            "{" + Time + ""","message":"nothing"}""");
        var answer = await store.SearchAsync(
            """
            {"query":{"match":{"message":"🚀"}},"aggs":{"n":{"value_count":{"field":"tags"}},
             "s":{"stats":{"field":"@timestamp"}},
             "t":{"terms":{"field":"tags","show_term_doc_count_error":true}}}}
            """);
        Assert.Equal(1, (int)answer["hits"]!["total"]!["value"]!);
        Assert.Equal(2, (int)answer["aggregations"]!["n"]!["value"]!);
        Assert.Equal("2025-11-20T00:00:00.000Z", (string?)answer["aggregations"]!["s"]!["avg_as_string"]);
        Assert.Equal(0, (int)answer["aggregations"]!["t"]!["buckets"]![0]!["doc_count_error_upper_bound"]!);
    }

    [Fact]
    public async Task DamagedBlock_WithoutPartialResults_IsAnError()
    {
        using var folder = new TempDirectory();
        await using (var store = await TestStore.StartAsync(folder.Path))
        {
            await store.AddAsync("{" + Time + ""","message":"a text that is long enough for a page of its own"}""");
        }

        var segment = Directory.GetFiles(folder.Path, "*.seg", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(segment);
        bytes[bytes.AsSpan().LastIndexOf("LFBLKEND"u8) - 1] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes);
        await using var again = await TestStore.StartAsync(folder.Path);
        await again.SendAsync(HttpMethod.Get, "/logs-*/_search");
        await again.SendAsync(HttpMethod.Get, "/logs-*/_search?allow_partial_search_results=false", null,
            HttpStatusCode.ServiceUnavailable);
    }

    private static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(member => member.Key).Order();

    /// <summary>Two indices in one segment, with a field of one name and two kinds.</summary>
    private static async Task<TestStore> StartAsync()
    {
        var store = await TestStore.StartAsync();
        await store.BulkAsync(
            """{"create":{"_index":"logs-a-default"}}""" + "\n{" + Time
            + ",\"both\":1,\"alone\":\"x\",\"nested\":[{\"k\":1}]}\n"
            + """{"create":{"_index":"logs-b-default"}}""" + "\n{" + Time + ",\"both\":\"y\",\"other\":true}\n");
        return store;
    }
}
