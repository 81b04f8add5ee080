using LogFlow.Testing;

namespace LogFlow.Store.Tests;

/// <summary>Flipped bytes in every kind of file: found, reported, and the rest is served.</summary>
public sealed class CorruptionTests
{
    [Fact]
    public async Task Segment_AnyByteFlipped_ServesOnlyWhatWasWritten()
    {
        const int seed = 4711;
        var random = new Random(seed);
        using var folder = new TempDirectory();
        var expected = await FillAsync(folder.File("store"));
        var original = Directory.GetFiles(folder.File("store"), "*.seg", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(original);
        var damaged = 0;
        for (var i = 0; i < 120; i++)
        {
            // The last and the first bytes, where the structure is, and others at random.
            var at = i < 40 ? bytes.Length - 1 - (i * 3) : i < 50 ? i - 40 : random.Next(bytes.Length);
            var copy = (byte[])bytes.Clone();
            copy[at] ^= (byte)(1 << random.Next(8));
            var target = folder.File($"c{i}");
            var path = Path.Combine(target, Path.GetRelativePath(folder.File("store"), original));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, copy);
            damaged += await VerifyAsync(target, expected, $"seed {seed}, byte {at}");
        }

        // A flip in one of the two footers costs nothing and is said by the log alone.
        Assert.True(damaged > 50, $"only {damaged} of 120 flips were noticed");
    }

    [Fact]
    public async Task Segment_FootersAndHeadDamaged_IsSetAsideAndPositionsFallBack()
    {
        using var folder = new TempDirectory();
        await using (var store = EngineHarness.Open(
            folder.Path, configure: options => options with { MergeBytesMax = 0 }))
        {
            // Not merged: the two are to fail one by one.
            await store.AddAsync(0, 10, begins: true);
            await store.Engine.FlushAsync(CancellationToken.None);
            await store.AddAsync(10, 20);
            await store.Engine.FlushAsync(CancellationToken.None);
        }

        var newest = Directory.GetFiles(folder.Path, "*.seg", SearchOption.AllDirectories).Max()!;
        var bytes = await File.ReadAllBytesAsync(newest);
        var length = BitConverter.ToInt32(bytes.AsSpan(bytes.Length - 16));
        bytes[^20] ^= 1;
        bytes[^(20 + length + 16)] ^= 1;
        bytes[30] ^= 1;
        await File.WriteAllBytesAsync(newest, bytes);
        await using var again = EngineHarness.Open(folder.Path);
        Assert.Equal(10, again.Next);
        Assert.Equal(1, again.Engine.GetStatus().CorruptCount);
        await again.AddAsync(10, 20);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), await again.OffsetsAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(16)]
    [InlineData(40)]
    public async Task Segment_OneFooterDamaged_LosesNothing(int fromEnd)
    {
        using var folder = new TempDirectory();
        await using (var store = EngineHarness.Open(folder.Path))
        {
            await store.AddAsync(0, 10, begins: true);
            await store.Engine.FlushAsync(CancellationToken.None);
        }

        var path = Directory.GetFiles(folder.Path, "*.seg", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^fromEnd] ^= 0x10;
        await File.WriteAllBytesAsync(path, bytes);
        await using var again = EngineHarness.Open(folder.Path);
        Assert.Equal(10, again.Next);
        Assert.Equal(0, again.Engine.GetStatus().CorruptCount);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), await again.OffsetsAsync());
    }

    [Fact]
    public async Task PositionFile_Damaged_IsIgnoredForTheSegmentsOwn()
    {
        using var folder = new TempDirectory();
        await using (var store = EngineHarness.Open(folder.Path))
        {
            await store.AddAsync(0, 10, begins: true);
            await store.Engine.FlushAsync(CancellationToken.None);
        }

        await File.WriteAllBytesAsync(folder.File("positions"),
            [.. "LFPOS01\n"u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
        await using var again = EngineHarness.Open(folder.Path);
        Assert.Equal(10, again.Next);
    }

    private static async Task<Dictionary<string, string>> FillAsync(string path)
    {
        await using var store = await TestStore.StartAsync(path);
        var random = new Random(5);
        var documents = new RandomDocuments(random);
        var texts = Enumerable.Range(0, 300).Select(_ => documents.Next().Replace("2025-11-1", "2025-11-2")).ToArray();
        texts = [.. texts.Select(text => text[..15] + "2025-11-20" + text[25..])];
        await store.AddAsync(texts);
        return texts.Select((text, i) => (text, i)).ToDictionary(item => $"d{item.i}", item => item.text);
    }

    /// <summary>1 where the damage was noticed.</summary>
    private static async Task<int> VerifyAsync(string path, Dictionary<string, string> expected, string what)
    {
        await using var store = await TestStore.StartAsync(path);
        var answer = TestStore.Element((await store.SearchAsync(
            """{"size":500,"track_total_hits":true,"aggs":{"h":{"terms":{"field":"host.name"}}}}""")).ToJsonString());
        var hits = answer.GetProperty("hits").GetProperty("hits").EnumerateArray().ToList();
        var failed = answer.GetProperty("_shards").GetProperty("failed").GetInt32();
        foreach (var hit in hits)
        {
            var id = hit.GetProperty("_id").GetString()!;
            var difference = JsonCompare.Difference(TestStore.Element(expected[id]), hit.GetProperty("_source"));
            Assert.True(difference is null, $"{what}: {id} {difference}");
        }

        Assert.True(failed > 0 || hits.Count == expected.Count, $"{what}: {hits.Count} hits and no failure");
        return failed;
    }
}
