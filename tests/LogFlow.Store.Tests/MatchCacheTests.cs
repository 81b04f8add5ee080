using System.Text;
using System.Text.Json.Nodes;

namespace LogFlow.Store.Tests;

/// <summary>What is remembered of blocks changes no answer and stays within its memory.</summary>
public sealed class MatchCacheTests
{
    private const string Words = """
        {"size":20,"track_total_hits":true,"query":{"match":{"message":"WORD"}},"sort":[{"@timestamp":"asc"}]}
        """;

    [Fact]
    public async Task Search_AskedAgain_AnswersAlikeAndReadsNoText()
    {
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(Documents(0, 200));
        var first = await AnswerAsync(store, "odd");
        Assert.Equal(100, first["total"]!["value"]!.GetValue<int>());
        Assert.Equal(first.ToJsonString(), (await AnswerAsync(store, "odd")).ToJsonString());
        using var snapshot = store.Engine.AcquireSnapshot();
        var block = OnlyBlock(snapshot);
        var cache = new MatchCache(1 << 20);
        var query = new FieldQuery("message", FieldType.Text, new TokenPredicate("odd"u8.ToArray()));
        var hits = Evaluate(query, block, cache);
        Assert.Equal(100, hits.Count);

        // What is remembered is what counts from now on: the text is not looked at.
        var planted = new MatchCache(1 << 20);
        planted.Add(block, "message Text word " + Convert.ToHexString("odd"u8), RowSet.Nothing);
        Assert.Equal(0, Evaluate(query, block, planted).Count);
        Assert.Equal(hits.Count, Evaluate(query, block, cache).Count);
    }

    [Fact]
    public async Task Search_OfOtherWordsFieldsAndPhrases_HasAnswersOfItsOwn()
    {
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(
            Document(0, "\"message\":\"red green\",\"error\":{\"message\":\"blue\"}"),
            Document(1, "\"message\":\"green red\",\"error\":{\"message\":\"red\"}"),
            Document(2, "\"message\":\"blue red green\""));
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(3, await CountAsync(store, """{"match":{"message":"red"}}"""));
            Assert.Equal(1, await CountAsync(store, """{"match":{"error.message":"red"}}"""));
            Assert.Equal(2, await CountAsync(store, """{"match_phrase":{"message":"red green"}}"""));
            Assert.Equal(1, await CountAsync(store, """{"match_phrase":{"message":"green red"}}"""));
            Assert.Equal(1, await CountAsync(store, """{"match":{"message":"blue"}}"""));
        }
    }

    [Fact]
    public async Task Search_WhileDocumentsArriveAndSegmentsAreMerged_SeesAllOfThem()
    {
        await using var store = await TestStore.StartAsync();
        for (var round = 0; round < 20; round++)
        {
            await store.AddMoreAsync(Documents(round * 10, 10));
            var total = (await AnswerAsync(store, "odd"))["total"]!["value"]!.GetValue<int>();
            Assert.Equal((round + 1) * 5, total);
        }
    }

    [Fact]
    public async Task Memory_OfManyConditions_StaysWithinItsLimit()
    {
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(Documents(0, 2_000));
        using var snapshot = store.Engine.AcquireSnapshot();
        var block = OnlyBlock(snapshot);
        var cache = new MatchCache(10_000);
        var rows = new RowSet(block.Summary.RowCount);
        rows.Add(1);
        for (var number = 0; number < 200; number++)
        {
            cache.Add(block, $"word {number}", rows);
            Assert.InRange(cache.Bytes, 1, 10_000);
        }

        Assert.NotNull(cache.TryGet(block, "word 199"));
        Assert.Null(cache.TryGet(block, "word 0"));
        Assert.True(cache.TryGet(block, "word 199")![1]);
        rows.Add(2);
        Assert.False(cache.TryGet(block, "word 199")![2]);
    }

    private static RowSet Evaluate(QueryNode query, SegmentBlock block, MatchCache cache)
    {
        using var scan = new BlockScan(block, cache);
        var hits = new RowSet(scan.RowCount);
        query.Evaluate(scan, hits);
        return hits;
    }

    private static SegmentBlock OnlyBlock(SearchSnapshot snapshot) =>
        Assert.Single(Assert.Single(snapshot.State.Segments.Segments).Blocks);

    private static async Task<JsonNode> AnswerAsync(TestStore store, string word) =>
        (await store.SearchAsync(Words.Replace("WORD", word)))["hits"]!;

    private static async Task<int> CountAsync(TestStore store, string query) =>
        (await store.SearchAsync($"{{\"size\":0,\"track_total_hits\":true,\"query\":{query}}}"))
            ["hits"]!["total"]!["value"]!.GetValue<int>();

    private static string[] Documents(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(number =>
            Document(number, $"\"message\":\"line {number} is {(number % 2 == 0 ? "even" : "odd")}\""))];

    private static string Document(int number, string fields)
    {
        var time = DateTime.UnixEpoch.AddSeconds(1_764_000_000 + number);
        return new StringBuilder($"{{\"@timestamp\":\"{time:yyyy-MM-ddTHH:mm:ss.fffZ}\",").Append(fields).Append('}')
            .ToString();
    }
}
