using System.Net;
using System.Text.Json.Nodes;
using LogFlow.Testing;

namespace LogFlow.Store.Tests;

public sealed class SearchApiTests : IAsyncLifetime
{
    private static readonly string[] Documents =
    [
        """{"@timestamp":"2025-11-20T10:00:00.000Z","message":"GET /a 404","host":{"name":"a"},"""
        + "\"http\":{\"response\":{\"status_code\":404}}}",
        """{"@timestamp":"2025-11-20T10:00:01.000Z","message":"GET /b 200","host":{"name":"b"},"""
        + "\"http\":{\"response\":{\"status_code\":200}}}",
        """{"@timestamp":"2025-11-20T10:00:01.000Z","message":"connection refused","host":{"name":"a"},"""
        + "\"tags\":[\"x\",\"y\"]}",
        """{"@timestamp":"2025-11-20T11:00:02.000Z","message":"disk full","""
        + "\"host\":{\"name\":\"c\",\"ip\":[\"10.1.2.3\",\"::1\"]}}",
        """{"@timestamp":"2025-11-21T00:00:00.000Z","message":"ende","host":{"name":"a"},"""
        + "\"list\":[{\"k\":1,\"v\":\"p\"},{\"k\":2,\"v\":\"q\"}]}",
    ];

    private TestStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = await TestStore.StartAsync();
        await _store.AddAsync(Documents);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Search_WithoutSort_IsNewestFirstAndEqualOnesInOrderOfArrival() =>
        Assert.Equal(["d4", "d3", "d1", "d2", "d0"], await _store.IdsAsync("{}"));

    [Theory]
    [InlineData("http.response.status_code:404", "d0")]
    [InlineData("http.response.status_code:>=200 AND host.name:b", "d1")]
    [InlineData("refused", "d2")]
    [InlineData("\"disk full\"", "d3")]
    [InlineData("host.ip:\"10.0.0.0/8\"", "d3")]
    [InlineData("list.v:q", "d4")]
    [InlineData("_exists_:tags", "d2")]
    [InlineData("@timestamp:[2025-11-20T11 TO 2025-11-20]", "d3")]
    [InlineData("NOT message:GET AND -disk AND host.name:a AND !ende", "d2")]
    public async Task QueryString_InTheUrl_Finds(string query, string id)
    {
        var answer = await _store.SendAsync(
            HttpMethod.Get, $"/logs-*/_search?q={Uri.EscapeDataString(query)}&size=5");
        Assert.Equal([id], answer["hits"]!["hits"]!.AsArray().Select(hit => hit!["_id"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("""{"gt":1,"lte":3}""", "d2,d3")]
    [InlineData("""{"gte":3}""", "d3,d4")]
    [InlineData("""{"lt":1}""", "d0")]
    [InlineData("""{"gt":4}""", "")]
    public async Task RangeOfArrival_FindsWhatCameThen(string bounds, string ids)
    {
        var body = "{\"query\":{\"range\":{\"_seq_no\":" + bounds + "}},\"sort\":[{\"_seq_no\":\"asc\"}]}";
        Assert.Equal(ids, string.Join(',', await _store.IdsAsync(body)));
    }

    [Theory]
    [InlineData("""{"query":{"range":{"_seq_no":{"gt":"x"}}}}""", "whole numbers")]
    [InlineData("""{"query":{"geo_shape":{}}}""", "geo_shape")]
    [InlineData("""{"query":{"fuzzy":{"a":"b"}}}""", "fuzzy")]
    [InlineData("""{"query":{"match":{"message":{"query":"x","fuzziness":1}}}}""", "fuzziness")]
    [InlineData("""{"query":{"match_phrase":{"message":{"query":"x y","slop":2}}}}""", "slop")]
    [InlineData("""{"query":{"query_string":{"query":"/re+/"}}}""", "regular expression")]
    [InlineData("""{"query":{"query_string":{"query":"roam~2"}}}""", "fuzzy")]
    [InlineData("""{"query":{"query_string":{"query":"(a OR"}}}""", "column")]
    [InlineData("""{"query":{"term":{"host.ip":"nonsense"}}}""", "IP string")]
    [InlineData("""{"query":{"range":{"@timestamp":{"gte":"soon"}}}}""", "soon")]
    [InlineData("""{"query":{"range":{"@timestamp":{"near":"now"}}}}""", "near")]
    [InlineData("""{"aggs":{"a":{"geohash_grid":{"field":"x"}}}}""", "geohash_grid")]
    [InlineData("""{"aggs":{"a":{"terms":{"field":"message"}}}}""", "message")]
    [InlineData("""{"aggs":{"a":{"terms":{"field":"host.name","include":"a.*"}}}}""", "include")]
    [InlineData("""{"sort":[{"message":"asc"}]}""", "message")]
    [InlineData("""{"sort":["_score"]}""", "_score")]
    [InlineData("""{"sort":[{"unknown.field":"asc"}]}""", "unknown.field")]
    [InlineData("""{"highlight":{"fields":{"*":{"no_match_size":9}}}}""", "highlight")]
    [InlineData("""{"collapse":{"field":"a"}}""", "collapse")]
    [InlineData("""{"from":9999,"size":10}""", "10000")]
    [InlineData("""{"quer""", "valid JSON")]
    public async Task Search_Unsupported_Is400ThatNamesIt(string body, string named)
    {
        var answer = await _store.SendAsync(HttpMethod.Post, "/logs-*/_search", body, HttpStatusCode.BadRequest);
        Assert.Contains(named, answer["error"]!["reason"]!.GetValue<string>());
        Assert.Equal(400, answer["status"]!.GetValue<int>());
        Assert.NotEmpty(answer["error"]!["root_cause"]!.AsArray());
    }

    [Fact]
    public async Task Search_UnknownIndex_Is404UnlessIgnored()
    {
        var answer = await _store.SendAsync(HttpMethod.Post, "/nope/_search", "{}", HttpStatusCode.NotFound);
        Assert.Equal("index_not_found_exception", answer["error"]!["type"]!.GetValue<string>());
        await _store.SendAsync(HttpMethod.Post, "/nope/_search?ignore_unavailable=true", "{}");
        Assert.Empty(await _store.IdsAsync("""{"query":{"term":{"_index":"nope"}}}"""));
        Assert.Equal(0, (await _store.SendAsync(HttpMethod.Get, "/nope-*/_count"))["count"]!.GetValue<int>());
        await _store.SendAsync(HttpMethod.Get, "/_search?frobnicate=1", null, HttpStatusCode.BadRequest);
        await _store.SendAsync(HttpMethod.Get, "/_search?scroll=1m", null, HttpStatusCode.BadRequest);
        await _store.SendAsync(HttpMethod.Get, "/_frobnicate", null, HttpStatusCode.BadRequest);
        await _store.SendAsync(HttpMethod.Delete, "/_search", null, HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task SearchAfter_PageByPage_SeesEveryDocumentOnce()
    {
        await using var store = await TestStore.StartAsync(configure: config => config.SealBytes = 1 << 20);
        await store.AddAsync([.. Enumerable.Range(0, 250).Select(i =>
            $"{{\"@timestamp\":\"2025-11-20T10:00:{i / 40:00}Z\",\"message\":\"m{i}\"}}")]);
        var seen = new List<string>();
        JsonNode? after = null;
        while (true)
        {
            var search = new JsonObject
            {
                ["size"] = 7,
                ["sort"] = JsonNode.Parse("""[{"@timestamp":{"order":"desc"}},{"_doc":"asc"}]"""),
            };
            if (after is not null)
            {
                search["search_after"] = after.DeepClone();
            }

            var hits = (await store.SearchAsync(search.ToJsonString()))["hits"]!["hits"]!.AsArray();
            if (hits.Count == 0)
            {
                break;
            }

            seen.AddRange(hits.Select(hit => hit!["_id"]!.GetValue<string>()));
            after = hits[^1]!["sort"];
        }

        Assert.Equal(250, seen.Count);
        Assert.Equal(250, seen.Distinct().Count());
    }

    [Fact]
    public async Task TrackTotalHits_Threshold_StopsCountingThere()
    {
        Assert.Equal("eq5", await TotalAsync("true"));
        Assert.Equal("gte2", await TotalAsync("2"));
        Assert.Equal("eq5", await TotalAsync("5"));
        var none = await _store.SearchAsync("""{"track_total_hits":false}""");
        Assert.Null(none["hits"]!["total"]);

        async Task<string> TotalAsync(string track)
        {
            var total = (await _store.SearchAsync($"{{\"track_total_hits\":{track}}}"))["hits"]!["total"]!;
            return total["relation"]!.GetValue<string>() + total["value"]!.GetValue<long>();
        }
    }

    [Theory]
    [InlineData("false", null)]
    [InlineData("\"host.*\"", """{"host":{"name":"a"}}""")]
    [InlineData("[\"list.v\"]", """{"list":[{"v":"p"},{"v":"q"}]}""")]
    [InlineData("""{"includes":["list","host"],"excludes":["*.k","host.name"]}""",
        """{"list":[{"v":"p"},{"v":"q"}]}""")]
    public async Task Source_Filtered_ReturnsThatPart(string source, string? expected)
    {
        var answer = await _store.SearchAsync(
            $"{{\"query\":{{\"ids\":{{\"values\":[\"d4\"]}}}},\"_source\":{source}}}");
        var hit = answer["hits"]!["hits"]![0]!;
        Assert.Equal(expected, hit["_source"]?.ToJsonString());
    }

    [Fact]
    public async Task Fields_AndDocument_AreReturned()
    {
        var answer = await _store.SearchAsync(
            """
            {"query":{"ids":{"values":["d3"]}},
             "fields":["host.*",{"field":"@timestamp","format":"epoch_millis"}]}
            """);
        var fields = answer["hits"]!["hits"]![0]!["fields"]!;
        Assert.Equal("""["10.1.2.3","::1"]""", fields["host.ip"]!.ToJsonString());
        Assert.Equal("""["1763636402000"]""", fields["@timestamp"]!.ToJsonString());
        var document = await _store.SendAsync(HttpMethod.Get, "/logs-test-default/_doc/d2");
        Assert.Equal("connection refused", document["_source"]!["message"]!.GetValue<string>());
        await _store.SendAsync(HttpMethod.Get, "/logs-test-default/_doc/zz", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task MultiSearch_OneGoodOneBad_AnswersBoth()
    {
        var body = "{\"index\":\"logs-*\"}\n{\"size\":1,\"sort\":{\"@timestamp\":{\"order\":\"desc\",\"unmapped_type\":"
            + "\"boolean\"},\"_doc\":{\"order\":\"desc\"}}}\n{}\n{\"query\":{\"nope\":{}}}\n";
        var answer = await _store.SendAsync(HttpMethod.Post, "/_msearch", body);
        Assert.Equal(200, answer["responses"]![0]!["status"]!.GetValue<int>());
        Assert.Equal(2, answer["responses"]![0]!["hits"]!["hits"]![0]!["sort"]!.AsArray().Count);
        Assert.Equal(400, answer["responses"]![1]!["status"]!.GetValue<int>());
    }

    [Fact]
    public async Task Catalog_DescribesTheIndex()
    {
        var root = await _store.SendAsync(HttpMethod.Get, "/");
        Assert.Equal("You Know, for Search", root["tagline"]!.GetValue<string>());
        var mapping = await _store.SendAsync(HttpMethod.Get, "/logs-test-default/_mapping");
        var properties = mapping["logs-test-default"]!["mappings"]!["properties"]!;
        Assert.Equal("text", properties["message"]!["type"]!.GetValue<string>());
        Assert.Equal("keyword", properties["host"]!["properties"]!["name"]!["type"]!.GetValue<string>());
        Assert.Equal("long", properties["list"]!["properties"]!["k"]!["type"]!.GetValue<string>());
        var caps = await _store.SendAsync(HttpMethod.Get, "/logs-*/_field_caps?fields=host.*");
        Assert.Equal(["host.ip", "host.name"], caps["fields"]!.AsObject().Select(field => field.Key).Order());
        var cat = await _store.SendAsync(HttpMethod.Get, "/_cat/indices?format=json");
        Assert.Equal("5", cat[0]!["docs.count"]!.GetValue<string>());
        Assert.Contains("logs-test-default", await _store.Http.GetStringAsync("/_cat/indices?v"));
        Assert.Equal("green",
            (await _store.SendAsync(HttpMethod.Get, "/_cluster/health"))["status"]!.GetValue<string>());
        using var missing = await _store.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/nope"));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        using var found = await _store.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/logs-test-default"));
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
        await _store.SendAsync(HttpMethod.Put, "/_index_template/t", "{\"a\":1}");
        var template = (await _store.SendAsync(HttpMethod.Get, "/_index_template/t"))["index_templates"]![0]!;
        Assert.Equal(1, template["index_template"]!["a"]!.GetValue<int>());
    }

    [Fact]
    public async Task VersionedAccept_IsEchoed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Accept", "application/vnd.elasticsearch+json; compatible-with=9");
        using var response = await _store.Http.SendAsync(request);
        Assert.Equal("application/vnd.elasticsearch+json; compatible-with=9",
            response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Filters_AndNestedMetrics_Count()
    {
        var answer = await _store.SearchAsync("""
            {"size":0,"aggs":{"f":{"filters":{"filters":{"get":{"match":{"message":"GET"}},"all":{"match_all":{}}}}},
             "t":{"terms":{"field":"host.name","order":{"m":"desc"}},
              "aggs":{"m":{"max":{"field":"http.response.status_code"}}}}}}
            """);
        var aggregations = answer["aggregations"]!;
        Assert.Equal(2, aggregations["f"]!["buckets"]!["get"]!["doc_count"]!.GetValue<int>());
        Assert.Equal(5, aggregations["f"]!["buckets"]!["all"]!["doc_count"]!.GetValue<int>());
        Assert.Equal(["a", "b", "c"],
            aggregations["t"]!["buckets"]!.AsArray().Select(b => b!["key"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Service_PortTakenOrFolderLocked_SaysWhatToChange()
    {
        using var folder = new TempDirectory();
        var config = new StoreConfig { PathData = folder.Path, HttpPort = _store.Service.Port };
        await using var second = TestStore.Create(config);
        var taken = await Assert.ThrowsAsync<LogFlow.Hosting.StartupException>(
            () => second.StartAsync(CancellationToken.None));
        Assert.Contains("store.http.port", taken.Message);
        await using var third = TestStore.Create(
            new StoreConfig { PathData = _store.Directory, HttpPort = 0 });
        var locked = await Assert.ThrowsAsync<LogFlow.Hosting.StartupException>(
            () => third.StartAsync(CancellationToken.None));
        Assert.Contains("path.data", locked.Message);
    }
}
