using System.Text;
using System.Text.Json.Nodes;

namespace LogFlow.Store.Tests;

/// <summary>
/// What is answered by what is known of a block, and not by its columns, is the same: each search is asked over
/// everything, and with a condition that all documents meet but nobody knows it without looking.
/// </summary>
public sealed class WholeBlockTests
{
    private const string LookedAt = """{"range":{"number":{"gte":0}}}""";

    [Theory]
    [InlineData("""{"min":{"field":"@timestamp"}}""")]
    [InlineData("""{"max":{"field":"@timestamp"}}""")]
    [InlineData("""{"value_count":{"field":"@timestamp"}}""")]
    [InlineData("""{"filter":{"exists":{"field":"log.level"}}}""")]
    [InlineData("""{"filter":{"exists":{"field":"log"}}}""")]
    [InlineData("""{"filter":{"exists":{"field":"number"}}}""")]
    [InlineData("""{"filter":{"exists":{"field":"message"}}}""")]
    [InlineData("""{"filter":{"exists":{"field":"long"}}}""")]
    [InlineData("""{"filter":{"exists":{"field":"source.ip"}}}""")]
    [InlineData("""{"filter":{"exists":{"field":"source.address"}}}""")]
    [InlineData("""{"filter":{"exists":{"field":"list"}}}""")]
    [InlineData("""{"filter":{"exists":{"field":"list.name"}}}""")]
    [InlineData("""{"filter":{"exists":{"field":"@timestamp"}}}""")]
    [InlineData("""{"filter":{"exists":{"field":"nowhere"}}}""")]
    [InlineData("""{"filter":{"bool":{"must_not":{"exists":{"field":"log.level"}}}}}""")]
    [InlineData("""{"filter":{"bool":{"must_not":{"exists":{"field":"list"}}}}}""")]
    [InlineData("""{"filter":{"bool":{"must_not":{"exists":{"field":"two.a"}}}}}""")]
    [InlineData("""{"filters":{"filters":{"a":{"match_all":{}},"b":{"exists":{"field":"log.level"}}}}}""")]
    [InlineData("""{"filter":{"match_all":{}},"aggs":{"n":{"sum":{"field":"number"}}}}""")]
    public async Task Aggregation_OverEverything_IsThatOfTheDocuments(string aggregation)
    {
        await using var store = await TestStore.StartAsync();
        await AddAsync(store);
        var known = await AskAsync(store, """{"match_all":{}}""", aggregation);
        Assert.Equal((await AskAsync(store, LookedAt, aggregation)).ToJsonString(), known.ToJsonString());
    }

    /// <summary>Texts that are too long for a keyword, empty lists and nulls are no values.</summary>
    [Theory]
    [InlineData("long", 14)]
    [InlineData("list", 24)]
    [InlineData("list.name", 24)]
    [InlineData("log.level", 24)]
    [InlineData("log", 38)]
    [InlineData("two", 38)]
    [InlineData("number", 120)]
    public async Task Exists_OverEverything_CountsWhatIsIndexed(string field, int expected)
    {
        await using var store = await TestStore.StartAsync();
        await AddAsync(store);
        var aggregation = $"{{\"filter\":{{\"exists\":{{\"field\":\"{field}\"}}}}}}";
        foreach (var query in new[] { """{"match_all":{}}""", LookedAt })
        {
            Assert.Equal(expected, (await AskAsync(store, query, aggregation))["doc_count"]!.GetValue<int>());
        }
    }

    [Fact]
    public async Task Count_OfOneOfTwoIndices_IsItsOwn()
    {
        await using var store = await TestStore.StartAsync();
        var body = new StringBuilder();
        for (var number = 0; number < 30; number++)
        {
            body.Append($"{{\"create\":{{\"_index\":\"logs-{(number % 3 == 0 ? "a" : "b")}-default\"}}}}\n");
            body.Append(Document(number)).Append('\n');
        }

        await store.BulkAsync(body.ToString());
        foreach (var (index, count) in
            new[] { ("logs-a-*", 10), ("logs-b-default", 20), ("logs-*", 30), ("logs-c*", 0) })
        {
            var answer = await store.SearchAsync(
                """{"size":0,"track_total_hits":true,"aggs":{"v":{"value_count":{"field":"@timestamp"}}}}""", index);
            Assert.Equal(count, answer["hits"]!["total"]!["value"]!.GetValue<int>());
            Assert.Equal(count, answer["aggregations"]?["v"]?["value"]?.GetValue<int>() ?? 0);
        }
    }

    [Fact]
    public async Task Terms_OfDottedQuads_AreTextsInTheOrderOfTexts()
    {
        await using var store = await TestStore.StartAsync();
        string[] addresses = ["9.0.0.1", "10.0.0.1", "10.0.0.1", "010.0.0.1", "::ffff:10.0.0.1", "10.0.0", "x"];
        await store.AddAsync([.. addresses.Select((address, number) =>
            Document(number, $"\"where\":\"{address}\",\"source\":{{\"ip\":\"{address}\"}}"))]);
        var texts = await AskAsync(
            store, LookedAt, """{"terms":{"field":"where","size":10,"order":{"_key":"asc"}}}""");
        Assert.Equal(
            ["010.0.0.1 1", "10.0.0 1", "10.0.0.1 2", "9.0.0.1 1", "::ffff:10.0.0.1 1", "x 1"], Buckets(texts));
        var ips = await AskAsync(
            store, LookedAt, """{"terms":{"field":"source.ip","size":10,"order":{"_key":"asc"}}}""");
        Assert.Equal(["9.0.0.1 1", "10.0.0.1 3"], Buckets(ips));
        var missing = await AskAsync(
            store, LookedAt, """{"terms":{"field":"source.address","missing":"10.0.0.1"}}""");
        Assert.Equal(["10.0.0.1 7"], Buckets(missing));
    }

    private static IEnumerable<string> Buckets(JsonNode aggregation) => aggregation["buckets"]!.AsArray()
        .Select(static bucket => $"{bucket!["key"]} {bucket["doc_count"]}");

    private static async Task<JsonNode> AskAsync(TestStore store, string query, string aggregation)
    {
        var answer = await store.SearchAsync(
            $"{{\"size\":0,\"track_total_hits\":true,\"query\":{query},\"aggs\":{{\"a\":{aggregation}}}}}");
        return answer["aggregations"]!["a"]!;
    }

    /// <summary>Several segments and a tail.</summary>
    private static async Task AddAsync(TestStore store)
    {
        for (var round = 0; round < 3; round++)
        {
            var first = round * 40;
            await store.AddMoreAsync(
                [.. Enumerable.Range(first, 40).Select(static number => Document(number, FieldsOf(number)))]);
        }
    }

    private static string FieldsOf(int number) => number switch
    {
        _ when number % 5 == 0 =>
            """
            "two":{"a":1},"log":{"level":"error"},"list":[{"name":"a"},{"name":null}]
            """.Trim(),
        _ when number % 7 == 0 => "\"two\":{\"a\":1,\"b\":2},\"log\":{\"level\":null,\"offset\":1},\"list\":[]",
        _ when number % 3 == 0 =>
            $"\"message\":\"m {number}\",\"long\":\"{new string('x', number % 2 == 0 ? 900 : 1100)}\"",
        _ => $"\"source\":{{\"ip\":\"{(number % 2 == 0 ? "10.0.0." + number : "none")}\","
            + $"\"address\":\"192.168.0.{number}\"}}",
    };

    private static string Document(int number, string fields = "\"more\":true")
    {
        var time = DateTime.UnixEpoch.AddMilliseconds(1_764_000_000_123 + (number * 977L));
        return $"{{\"@timestamp\":\"{time:yyyy-MM-ddTHH:mm:ss.fffZ}\",\"number\":{number},{fields}}}";
    }
}
