using LogFlow.Testing;
using Xunit.Abstractions;

namespace LogFlow.Store.Tests;

/// <summary>
/// A segment whose two footers are gone: whatever blocks are left are served, the queue brings the others, and no
/// document is there twice.
/// </summary>
public sealed class SegmentWalkTests(ITestOutputHelper output)
{
    private const int First = 100;
    private const int All = 45_100;
    private const int PerBulk = 2_500;

    [Fact]
    public async Task AnyDamage_OfFootersAndBlocks_LosesNothingThatTheQueueHas()
    {
        var seed = Environment.GetEnvironmentVariable("LOGFLOW_SEED") is { } text
            ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        var random = new Random(seed);
        using var folder = new TempDirectory();
        await FillAsync(folder.File("whole"));
        var segment = Directory.GetFiles(folder.File("whole"), "*.seg", SearchOption.AllDirectories).Max()!;
        var whole = await File.ReadAllBytesAsync(segment);
        var footer = BitConverter.ToInt32(whole.AsSpan(whole.Length - 16)) + 16;
        for (var round = 0; round < 8; round++)
        {
            var bytes = Damage(random, whole, footer, round % 4, out var what);
            var name = $"seed {seed}, round {round}: {what} of {whole.Length} bytes";
            var store = folder.File($"r{round}");
            CopyFolder(folder.File("whole"), store);
            await File.WriteAllBytesAsync(
                Path.Combine(store, Path.GetRelativePath(folder.File("whole"), segment)), bytes);
            await VerifyAsync(store, name, repairs: round >= 4);
        }
    }

    [Fact]
    public async Task BothFootersDamaged_NothingIsMissing()
    {
        using var folder = new TempDirectory();
        await FillAsync(folder.Path);
        var segment = Directory.GetFiles(folder.Path, "*.seg", SearchOption.AllDirectories).Max()!;
        var bytes = await File.ReadAllBytesAsync(segment);
        var footer = BitConverter.ToInt32(bytes.AsSpan(bytes.Length - 16)) + 16;
        bytes[^20] ^= 1;
        bytes[^(footer + 20)] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes);
        await using var store = OpenStore(folder.Path);
        Assert.Equal((All, 0), (store.Next, store.Engine.GetStatus().CorruptCount));
        Assert.Equal(Enumerable.Range(0, All).Select(i => (long)i), await store.OffsetsAsync());
        using var snapshot = store.Engine.AcquireSnapshot();
        Assert.Equal(All, snapshot.Contents.Indices["logs-test-default"].DocumentCount);
        Assert.Contains("log.offset", snapshot.Contents.Fields.Keys);
    }

    private static byte[] Damage(Random random, byte[] whole, int footer, int kind, out string what)
    {
        var blocks = whole.Length - (2 * footer);
        switch (kind)
        {
            case 0:
                var end = random.Next(1000, whole.Length - footer);
                what = $"cut to {end}";
                return whole[..end];
            case 1:
                end = random.Next(blocks, whole.Length - footer);
                what = $"cut inside of the footers, to {end}";
                return whole[..end];
            case 2:
                var start = random.Next(1000, blocks);
                what = $"zeros from {start}";
                return [.. whole[..start], .. new byte[whole.Length - start]];
            default:
                var at = random.Next(1000, blocks);
                what = $"both footers and byte {at} flipped";
                var bytes = (byte[])whole.Clone();
                bytes[^20] ^= 1;
                bytes[^(footer + 20)] ^= 1;
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }

    private async Task VerifyAsync(string path, string what, bool repairs)
    {
        if (repairs)
        {
            Assert.NotEmpty(StoreCheck.Run(path, repairs: true, CancellationToken.None).Problems);
        }

        await using (var store = OpenStore(path))
        {
            var found = Offsets(store);
            output.WriteLine($"{what}: {found.Count} found, position {store.Next}");
            Assert.True(found.Count == found.Distinct().Count(), $"{what}: doubled");
            for (var at = store.Next; at < All; at += PerBulk)
            {
                await store.AddAsync(at, Math.Min(All, at + PerBulk));
            }

            var offsets = Offsets(store);
            Assert.True(IsRight(offsets, found), $"{what}: {offsets.Count}");
            await store.Engine.FlushAsync(CancellationToken.None);
        }

        await using var again = OpenStore(path);
        Assert.Equal(All, again.Next);
        var last = Offsets(again);
        Assert.True(last.Count == last.Distinct().Count(), $"{what}: doubled after a restart");
    }

    /// <summary>All of them once; but for those of a block that is damaged inside, which the log names.</summary>
    private static bool IsRight(List<long> offsets, List<long> found) =>
        offsets.Count == offsets.Distinct().Count() && offsets.Count >= Math.Max(found.Count, All - 16_384);

    private static List<long> Offsets(EngineHarness store)
    {
        using var snapshot = store.Engine.AcquireSnapshot();
        var offsets = new List<long>();
        foreach (var block in snapshot.Blocks)
        {
            try
            {
                using var scan = new BlockScan(block);
                var ids = new RowIds(scan);
                for (var row = 0; row < scan.RowCount; row++)
                {
                    Assert.True(ids.TryGetQueueId(row, out var id));
                    offsets.Add(id.Offset);
                }
            }
            catch (CorruptDataException)
            {
                // A flip inside of a block: the other blocks are served.
            }
        }

        return offsets;
    }

    private static EngineHarness OpenStore(string path) => EngineHarness.Open(
        path, configure: options => options with { MergeBytesMax = 0, SealBytes = 64 << 20 });

    private static async Task FillAsync(string path)
    {
        await using var store = OpenStore(path);
        await store.AddAsync(0, First, begins: true);
        await store.Engine.FlushAsync(CancellationToken.None);
        for (var at = First; at < All; at += PerBulk)
        {
            await store.AddAsync(at, Math.Min(All, at + PerBulk));
        }

        await store.Engine.FlushAsync(CancellationToken.None);
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var path in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
