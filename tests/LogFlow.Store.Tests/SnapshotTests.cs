using System.Text;
using LogFlow.Testing;

namespace LogFlow.Store.Tests;

/// <summary>What a search sees: whole bulks, whatever stands behind them already, and without waiting.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public async Task Snapshot_InTheMiddleOfABulk_WaitsForNobodyAndSeesWholeBulks()
    {
        using var folder = new TempDirectory();
        using var time = new PausingTime();
        await using var store = EngineHarness.Open(folder.Path, time: time);
        await store.AddAsync(0, 10, begins: true);
        var bulk = Task.Run(() =>
        {
            time.PauseHere(documents: 5);
            return store.AddAsync(10, 20);
        });
        await time.Reached;

        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), await store.OffsetsAsync());
        Assert.Equal(10, store.Next);
        Assert.Equal(10, store.Engine.GetStatus().DocumentCount);
        time.Continue();
        await bulk;
        Assert.Equal(20, (await store.OffsetsAsync()).Count);
    }

    [Fact]
    public async Task Snapshot_RowsOfOtherKindsBehindIt_ShowsThePublishedOnesAsTheyAre()
    {
        const int seed = 20;
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            using var folder = new TempDirectory();
            using var time = new PausingTime();
            await using var store = EngineHarness.Open(folder.Path, time: time);
            var first = Enumerable.Range(0, random.Next(1, 300)).Select(_ => Random(random, wild: false)).ToArray();
            var second = Enumerable.Range(0, random.Next(2, 300)).Select(_ => Random(random, wild: true)).ToArray();
            await BulkAsync(store, first, 0);
            var bulk = Task.Run(() =>
            {
                time.PauseHere(documents: second.Length - 1);
                return BulkAsync(store, second, first.Length);
            });
            await time.Reached;
            using (var snapshot = store.Engine.AcquireSnapshot())
            {
                AssertHolds(snapshot, first, $"seed {seed}, round {round}");
                time.Continue();
                await bulk;
                AssertHolds(snapshot, first, $"seed {seed}, round {round}, later");
            }

            using var newest = store.Engine.AcquireSnapshot();
            AssertHolds(newest, [.. first, .. second], $"seed {seed}, round {round}, newest");
        }
    }

    [Fact]
    public async Task Snapshot_BlocksClosedByALaterBulk_AreSeenOnce()
    {
        using var folder = new TempDirectory();
        await using var store = EngineHarness.Open(folder.Path);
        var readers = new CancellationTokenSource();
        var problems = new List<string>();
        var reader = Task.Run(async () =>
        {
            while (!readers.IsCancellationRequested)
            {
                var offsets = await store.OffsetsAsync();
                if (offsets.Count % 1000 != 0 || offsets.Distinct().Count() != offsets.Count)
                {
                    problems.Add($"{offsets.Count} documents, {offsets.Distinct().Count()} distinct");
                }
            }
        });
        for (var i = 0; i < 40; i++)
        {
            await store.AddAsync(i * 1000, (i + 1) * 1000, begins: i == 0);
            if (i % 9 == 8)
            {
                await store.Engine.FlushAsync(CancellationToken.None);
            }
        }

        await readers.CancelAsync();
        await reader;
        readers.Dispose();
        Assert.Empty(problems);
        Assert.Equal(40_000, (await store.OffsetsAsync()).Count);
    }

    private static void AssertHolds(SearchSnapshot snapshot, string[] expected, string what)
    {
        var documents = new List<string>();
        foreach (var block in snapshot.Blocks.OrderBy(block => block.Summary.MinSequence))
        {
            using var scan = new BlockScan(block);
            var source = new SourceWriter(scan, SourceFilter.All);
            for (var row = 0; row < scan.RowCount; row++)
            {
                var output = new ByteWriter();
                source.Write(row, output);
                documents.Add(Encoding.UTF8.GetString(output.Written));
            }
        }

        Assert.True(documents.Count == expected.Length, $"{what}: {documents.Count} of {expected.Length}");
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = JsonCompare.Difference(TestStore.Element(expected[i]), TestStore.Element(documents[i]));
            Assert.True(difference is null, $"{what}: document {i}: {difference}");
        }

        Assert.Equal(expected.Length, snapshot.Contents.Indices.Values.Sum(index => index.DocumentCount));
    }

    private static async Task BulkAsync(EngineHarness store, string[] documents, long first)
    {
        var body = string.Concat(documents.Select((document, i) => EngineHarness.Action(first + i) + document + "\n"));
        var claim = new PositionClaim(EngineHarness.Topic, 0, first, first + documents.Length, first == 0);
        using var request = new BulkParser(Encoding.UTF8.GetBytes(body), null).TryParse([claim])!;
        Assert.Equal(IngestResult.Done, (await store.Engine.IngestAsync(request, CancellationToken.None)).Result);
        Assert.All(request.Items.ToArray(), item => Assert.Equal(201, item.Status));
    }

    private static string Random(Random random, bool wild)
    {
        var value = (wild ? random.Next(8) : random.Next(3)) switch
        {
            0 => "\"k" + random.Next(4) + "\"",
            1 => "\"u" + random.Next() + "\"",
            2 => "\"2025-11-20T10:00:00.000Z\"",
            3 => random.Next().ToString(System.Globalization.CultureInfo.InvariantCulture),
            4 => "true",
            5 => "{\"a\":1}",
            6 => "[1,\"2\"]",
            _ => "1.5",
        };
        var address = wild && random.Next(4) == 0 ? "none" : $"10.0.{random.Next(256)}.{random.Next(256)}";
        return $"{{\"@timestamp\":\"2025-11-20T10:00:00.000Z\",\"x\":{value},\"ip\":\"{address}\","
            + $"\"n\":{(wild ? random.Next() : random.Next(9))}}}";
    }
}
