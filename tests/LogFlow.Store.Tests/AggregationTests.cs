using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace LogFlow.Store.Tests;

public sealed class AggregationTests
{
    [Fact]
    public async Task TypedKeys_NameEveryAggregationByItsType()
    {
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(
            Document("\"user\":\"a\",\"bytes\":1,\"part\":0.5,\"host\":{\"ip\":\"10.0.0.1\"}"),
            Document("\"user\":\"b\",\"bytes\":2,\"part\":1.5"));
        var answer = await store.SendAsync(HttpMethod.Post, "/logs-*/_search?typed_keys=true", """
            {"size":0,"aggs":{
              "u":{"terms":{"field":"user"},"aggs":{"m":{"max":{"field":"bytes"}}}},
              "b":{"terms":{"field":"bytes"}}, "p":{"terms":{"field":"part"}}, "i":{"terms":{"field":"host.ip"}},
              "n":{"terms":{"field":"nowhere"}}, "c":{"cardinality":{"field":"user"}}, "s":{"stats":{"field":"bytes"}},
              "a":{"avg":{"field":"bytes"}}, "v":{"value_count":{"field":"user"}},
              "f":{"filter":{"term":{"user":"a"}}}, "g":{"filters":{"filters":{"x":{"match_all":{}}}}},
              "h":{"date_histogram":{"field":"@timestamp","fixed_interval":"1h"}}}}
            """);
        var aggregations = answer["aggregations"]!.AsObject();
        Assert.Equal(
            ["sterms#u", "lterms#b", "dterms#p", "sterms#i", "umterms#n", "cardinality#c", "stats#s", "avg#a",
                "value_count#v", "filter#f", "filters#g", "date_histogram#h"],
            aggregations.Select(each => each.Key));
        Assert.Equal(1, aggregations["sterms#u"]!["buckets"]![0]!["max#m"]!["value"]!.GetValue<double>());
    }

    [Theory]
    [InlineData("avg", 150)]
    [InlineData("sum", 450)]
    [InlineData("min", 100)]
    [InlineData("max", 200)]
    public async Task Number_WithTextsAmongItsValues_SkipsThem(string type, double expected)
    {
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(Document("\"bytes\":100"), Document("\"bytes\":\"-\""), Document("\"bytes\":200"),
            Document("\"bytes\":\"150\""));
        Assert.Equal(expected, await ValueAsync(store, $"{{\"{type}\":{{\"field\":\"bytes\"}}}}"));
        Assert.Null((await AggregateAsync(
            store, "{\"avg\":{\"field\":\"bytes\"}}", "{\"term\":{\"bytes\":\"-\"}}"))["value"]);
    }

    [Fact]
    public async Task Number_OverTextsAlone_Is400WithTheNameThatWasAsked()
    {
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(Document("\"user\":\"a\""));
        var answer = await store.SendAsync(HttpMethod.Post, "/logs-*/_search",
            "{\"aggs\":{\"a\":{\"avg\":{\"field\":\"user\"}}}}", HttpStatusCode.BadRequest);
        Assert.Contains("[keyword] is not supported for aggregation [avg]",
            answer["error"]!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Cardinality_AboveItsThreshold_IsNearlyRightAndSmall()
    {
        await using var store = await TestStore.StartAsync();
        const int distinct = 60_000;
        var body = new StringBuilder();
        for (var i = 0; i < 2 * distinct; i++)
        {
            body.Append("{\"create\":{}}\n")
                .Append(Document($"\"trace\":\"t{i % distinct}\",\"n\":{i % 2500}")).Append('\n');
        }

        Assert.Equal(HttpStatusCode.OK, (await store.BulkAsync(body.ToString(), path: "/logs-a-b/_bulk")).Status);
        Assert.InRange(
            await ValueAsync(store, """{"cardinality":{"field":"trace"}}"""), distinct * 0.97, distinct * 1.03);
        Assert.Equal(2500, await ValueAsync(store, """{"cardinality":{"field":"n"}}"""));
        Assert.NotEqual(2500, await ValueAsync(
            store, """{"cardinality":{"field":"n","precision_threshold":10}}"""));
    }

    [Fact]
    public void DistinctCounter_MergedInPieces_CountsAsOne()
    {
        var all = new DistinctCounter(100);
        var merged = new DistinctCounter(100);
        for (var piece = 0; piece < 10; piece++)
        {
            var part = new DistinctCounter(100);
            for (var i = 0; i < 5000; i++)
            {
                var value = FieldValue.OfInt64((piece * 2500) + i);
                part.Add(value);
                all.Add(value);
            }

            merged.Merge(part);
        }

        Assert.Equal(all.Count, merged.Count);
        Assert.InRange(all.Count, 27_500 * 0.97, 27_500 * 1.03);
    }

    [Fact]
    public void Terms_ManyMoreThanAreKept_FindTheFrequentOnesAndSayTheError()
    {
        // 900,000 terms that occur once, and three that occur often: memory holds half a million at once.
        var budget = new AggregationBudget(256 << 20);
        var spec = new TermsSpec { Field = "t", Size = 3, Subs = AggregationSpecs.Empty };
        var aggregator = spec.Create(budget);
        var next = 0;
        for (var block = 0; block < 60; block++)
        {
            var catalog = new FieldCatalog();
            var builder = new BlockBuilder(catalog);
            var parser = new DocumentParser(catalog);
            var tape = new DocumentTape();
            for (var i = 0; i < 15_100; i++)
            {
                var term = i >= 15_000 ? $"often{i % 3}" : $"once{next++}";
                var document = Encoding.UTF8.GetBytes(Document($"\"t\":\"{term}\""));
                Assert.True(parser.TryParse(document, tape));
                builder.Append(document, tape, new RowIdentity { Sequence = i, Index = "a"u8 });
            }

            using var scan = new BlockScan(builder.Encode(new ColumnEncoder(), level: 0));
            aggregator.Collect(scan, Enumerable.Range(0, scan.RowCount).ToArray());
        }

        var answer = Write(aggregator);
        Assert.Equal(["often0", "often1", "often2"], answer["buckets"]!.AsArray()
            .Select(bucket => bucket!["key"]!.GetValue<string>()).Order());
        Assert.All(answer["buckets"]!.AsArray(),
            bucket => Assert.InRange(bucket!["doc_count"]!.GetValue<int>(), 1980, 2040));
        Assert.InRange(answer["doc_count_error_upper_bound"]!.GetValue<int>(), 1, 10);
        var sum = answer["buckets"]!.AsArray().Sum(bucket => bucket!["doc_count"]!.GetValue<long>());
        Assert.Equal(60 * 15_100, answer["sum_other_doc_count"]!.GetValue<long>() + sum);
    }

    [Fact]
    public async Task Buckets_BeyondTheRequestsMemory_Are429WithTheReason()
    {
        var budget = new AggregationBudget(100_000);
        var inner = new AggregationSpecs([("i", new TermsSpec { Field = "n", Subs = AggregationSpecs.Empty })]);
        var aggregator = new TermsSpec { Field = "n", Size = 10, Order = [("_key", true)], Subs = inner }.Create(budget);
        await using var store = await TestStore.StartAsync();
        await store.AddAsync([.. Enumerable.Range(0, 400).Select(i => Document($"\"n\":{i}"))]);
        using var snapshot = store.Engine.AcquireSnapshot();
        using var scan = new BlockScan(snapshot.Blocks.Single());
        var error = Assert.Throws<QueryException>(
            () => aggregator.Collect(scan, Enumerable.Range(0, 400).ToArray()));
        Assert.Equal((429, "circuit_breaking_exception"), (error.Status, error.Type));
    }

    [Fact]
    public async Task QueryString_OfTooManyClauses_Is400AtOnce()
    {
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(Document("\"a\":1"));
        var query = string.Join(" OR ", Enumerable.Range(0, 200_000).Select(i => "w" + i));
        var answer = await store.SendAsync(HttpMethod.Post, "/logs-*/_search",
            $"{{\"query\":{{\"query_string\":{{\"query\":\"{query}\"}}}}}}", HttpStatusCode.BadRequest)
            .WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Contains("maxClauseCount", answer["error"]!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task MultiSearch_HeaderWithoutSearch_Is400()
    {
        await using var store = await TestStore.StartAsync();
        await store.SendAsync(HttpMethod.Post, "/_msearch", "{}\n{\"size\":0}\n{}\n", HttpStatusCode.BadRequest);
    }

    private static string Document(string fields) => $"{{\"@timestamp\":\"2025-11-20T10:00:00Z\",{fields}}}";

    private static JsonNode Write(Aggregator aggregator)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new System.Text.Json.Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            aggregator.Write(json, new AggregationAnswer(false, new BlockContents()));
            json.WriteEndObject();
        }

        return JsonNode.Parse(output.WrittenSpan)!;
    }

    private static async Task<double> ValueAsync(TestStore store, string aggregation) =>
        (await AggregateAsync(store, aggregation))["value"]!.GetValue<double>();

    private static async Task<JsonNode> AggregateAsync(
        TestStore store, string aggregation, string query = "{\"match_all\":{}}")
    {
        var answer = await store.SearchAsync($"{{\"size\":0,\"query\":{query},\"aggs\":{{\"a\":{aggregation}}}}}");
        return answer["aggregations"]!["a"]!;
    }
}
