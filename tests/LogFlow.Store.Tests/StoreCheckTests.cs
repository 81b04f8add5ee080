using LogFlow.Testing;

namespace LogFlow.Store.Tests;

/// <summary>Every flipped byte of a segment is found by a check, and what can be mended is.</summary>
public sealed class StoreCheckTests
{
    [Fact]
    public async Task Whole_NothingIsFound()
    {
        using var folder = new TempDirectory();
        await FillAsync(folder.Path);
        var result = Check(folder.Path);
        Assert.Empty(result.Problems);
        Assert.Equal((1, 40L), (result.SegmentCount, result.DocumentCount));
        Assert.True(result.BlockCount > 0);
    }

    [Fact]
    public async Task AnyByteFlipped_IsFound()
    {
        using var folder = new TempDirectory();
        await FillAsync(folder.Path);
        var path = Segment(folder.Path);
        var bytes = await File.ReadAllBytesAsync(path);
        var random = new Random(99);
        for (var i = 0; i < 150; i++)
        {
            var at = i < 60 ? bytes.Length - 1 - (i * 7 % bytes.Length) : i < 68 ? i - 60 : random.Next(bytes.Length);
            var copy = (byte[])bytes.Clone();
            copy[at] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(path, copy);
            Assert.True(Check(folder.Path).Problems.Count > 0, $"byte {at} of {bytes.Length}");
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(40, false)]
    [InlineData(40, true)]
    [InlineData(-3, false)]
    public async Task FooterOrMarkDamaged_IsMended(int at, bool isFirstCopy)
    {
        using var folder = new TempDirectory();
        await FillAsync(folder.Path);
        var path = Segment(folder.Path);
        var whole = await File.ReadAllBytesAsync(path);
        var footer = BitConverter.ToInt32(whole.AsSpan(whole.Length - 16)) + 16;
        var bytes = (byte[])whole.Clone();
        bytes[at < 0 ? -at : bytes.Length - at - (isFirstCopy ? footer : 0)] ^= 0x08;
        await File.WriteAllBytesAsync(path, bytes);
        Assert.False(Assert.Single(Check(folder.Path).Problems).IsRepaired);
        var problem = Assert.Single(Check(folder.Path, repairs: true).Problems);
        Assert.True(problem is { IsRepaired: true, DocumentCount: 0 }, problem.ToString());
        Assert.Equal(whole, await File.ReadAllBytesAsync(path));
        Assert.Empty(Check(folder.Path).Problems);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(-1)]
    public async Task HeadOrTrailerDamaged_IsMended(int at)
    {
        using var folder = new TempDirectory();
        await FillAsync(folder.Path);
        var path = Segment(folder.Path);
        var whole = await File.ReadAllBytesAsync(path);
        var bytes = (byte[])whole.Clone();
        bytes[at < 0 ? whole.AsSpan().LastIndexOf("LFBLKEND"u8) + 30 : at] ^= 0x08;
        await File.WriteAllBytesAsync(path, bytes);
        Assert.True(Assert.Single(Check(folder.Path, repairs: true).Problems).IsRepaired);
        Assert.Equal(whole, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task BothFootersDamaged_AreMended()
    {
        using var folder = new TempDirectory();
        await FillAsync(folder.Path);
        var path = Segment(folder.Path);
        var whole = await File.ReadAllBytesAsync(path);
        var footer = BitConverter.ToInt32(whole.AsSpan(whole.Length - 16)) + 16;
        var bytes = (byte[])whole.Clone();
        bytes[^5] ^= 1;
        bytes[^(footer + 40)] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        var problem = Assert.Single(Check(folder.Path, repairs: true).Problems);
        Assert.True(problem is { IsRepaired: true, DocumentCount: 0 }, problem.ToString());
        Assert.Empty(Check(folder.Path).Problems);
        Assert.Equal(whole, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task Repair_BesideARunningStore_IsRefused()
    {
        using var folder = new TempDirectory();
        await using var store = EngineHarness.Open(folder.Path);
        await store.AddAsync(0, 10, begins: true);
        await store.Engine.FlushAsync(CancellationToken.None);
        Assert.Empty(Check(folder.Path).Problems);
        Assert.Throws<Platform.DirectoryLockedException>(() => Check(folder.Path, repairs: true));
    }

    private static StoreCheckResult Check(string folder, bool repairs = false) =>
        StoreCheck.Run(folder, repairs, CancellationToken.None);

    private static string Segment(string folder) =>
        Directory.GetFiles(folder, "*.seg", SearchOption.AllDirectories).Single();

    private static async Task FillAsync(string folder)
    {
        await using var store = EngineHarness.Open(folder);
        await store.AddAsync(0, 40, begins: true);
        await store.Engine.FlushAsync(CancellationToken.None);
    }
}
