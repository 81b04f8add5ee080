using LogFlow.Testing;

namespace LogFlow.Store.Tests;

/// <summary>
/// A crash at every step of every disk operation: as a killed process leaves the disk, and as a power cut does.
/// The documents that are there must be exactly those below the position that is there.
/// </summary>
public sealed class CrashTests
{
    [Fact]
    public async Task Commit_CrashAtEveryStep_KeepsDocumentsAndPositionsTogether()
    {
        using var folder = new TempDirectory();
        var disk = new SimulatedDisk(folder.File("store"));
        var copies = new List<(string Step, string Path, long Acknowledged)>();
        long acknowledged = 0;
        disk.AfterStep = step =>
        {
            var killed = folder.File($"k{copies.Count}");
            CopyFolder(folder.File("store"), killed);
            copies.Add(($"kill after {step}", killed, Volatile.Read(ref acknowledged)));
            var cut = folder.File($"p{copies.Count}");
            disk.CopyDurable(cut);
            copies.Add(($"power cut after {step}", cut, Volatile.Read(ref acknowledged)));
        };
        await using (var store = EngineHarness.Open(folder.File("store"), disk))
        {
            for (var round = 0; round < 10; round++)
            {
                // Three days: each of these commits has three segments. From the eighth on they are merged.
                await store.AddAsync(round * 20, (round + 1) * 20, days: 3, begins: round == 0);
                await store.Engine.FlushAsync(CancellationToken.None);
                Volatile.Write(ref acknowledged, store.Durable);
            }

            await store.AddAsync(200, 200 + 7);
            Assert.Equal(200, store.Durable);
            await Eventually.TrueAsync(
                () => store.Engine.GetStatus().SegmentCount < 24, "segments are merged in the background");
        }

        Assert.True(copies.Count > 200, $"only {copies.Count} crash points");
        disk.AfterStep = null;
        foreach (var (step, path, durable) in copies)
        {
            await VerifyAsync(step, path, durable);
        }
    }

    [Fact]
    public async Task Commit_DiskRefusesOnce_IsTriedAgainWithNewFiles()
    {
        using var folder = new TempDirectory();
        var disk = new SimulatedDisk(folder.File("store"));
        var refused = 0;
        disk.BeforeStep = (operation, path) =>
        {
            if (operation == "sync" && path.EndsWith(".seg.tmp", StringComparison.Ordinal) && refused++ == 0)
            {
                throw new IOException("No space left on device");
            }
        };
        await using var store = EngineHarness.Open(folder.File("store"), disk);
        await store.AddAsync(0, 50, days: 2, begins: true);
        await store.Engine.FlushAsync(CancellationToken.None);
        Assert.True(refused >= 2);
        Assert.Equal(50, store.Durable);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), await store.OffsetsAsync());
    }

    [Fact]
    public async Task Commit_RenameFailsHalfWay_StopsTheStoreAndRecoveryFinishesIt()
    {
        using var folder = new TempDirectory();
        var disk = new SimulatedDisk(folder.File("store"));
        var renames = 0;
        disk.BeforeStep = (operation, path) =>
        {
            if (operation == "rename" && path.EndsWith(".seg", StringComparison.Ordinal) && ++renames == 2)
            {
                throw new IOException("Input/output error");
            }
        };
        await using (var store = EngineHarness.Open(folder.File("store"), disk))
        {
            await store.AddAsync(0, 60, days: 3, begins: true);
            await Assert.ThrowsAnyAsync<IOException>(() => store.Engine.FlushAsync(CancellationToken.None));
            await Assert.ThrowsAsync<CommitUncertainException>(() => store.Engine.Completion);
            Assert.Equal(IngestResult.Stopped, (await store.AddAsync(60, 61)).Result);
        }

        await using var again = EngineHarness.Open(folder.File("store"));
        Assert.Equal(60, again.Next);
        Assert.Equal(60, (await again.OffsetsAsync()).Count);
    }

    [Fact]
    public async Task Retention_DropsDays_KeepsPositions()
    {
        using var folder = new TempDirectory();
        await using (var store = EngineHarness.Open(
            folder.Path, configure: options => options with { RetentionBytes = 1 }))
        {
            await store.AddAsync(0, 30, days: 3, begins: true);
            await store.Engine.FlushAsync(CancellationToken.None);
            await Eventually.TrueAsync(() => store.Engine.GetStatus().SegmentCount == 1,
                "two of three days are dropped");
        }

        await using var again = EngineHarness.Open(folder.Path);
        Assert.Equal(30, again.Next);
        Assert.Equal(10, (await again.OffsetsAsync()).Count);
    }

    [Fact]
    public async Task Positions_WithoutDocuments_SurviveARestart()
    {
        using var folder = new TempDirectory();
        await using (var store = EngineHarness.Open(folder.Path))
        {
            var request = new BulkItems(default, [], 0)
            {
                Claims = [new PositionClaim(EngineHarness.Topic, 3, 5, 500, true)],
            };
            await store.Engine.IngestAsync(request, CancellationToken.None);
            await store.Engine.FlushAsync(CancellationToken.None);
        }

        await using var again = EngineHarness.Open(folder.Path);
        Assert.True(again.Engine.Positions.TryGetNext(EngineHarness.Topic, 3, out var next));
        Assert.Equal(500, next);
    }

    private static async Task VerifyAsync(string step, string path, long durable)
    {
        await using var store = EngineHarness.Open(path);
        var next = store.Next;
        Assert.True(next >= durable, $"{step}: position {next} is below the acknowledged {durable}");
        var offsets = await store.OffsetsAsync();
        Assert.True(
            offsets.SequenceEqual(Enumerable.Range(0, (int)next).Select(offset => (long)offset)),
            $"{step}: position {next}, but {offsets.Count} documents ({offsets.Distinct().Count()} distinct)");
    }

    private static void CopyFolder(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var folder in Directory.GetDirectories(source, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(target, Path.GetRelativePath(source, folder)));
        }

        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) != ".lock")
            {
                File.Copy(file, Path.Combine(target, Path.GetRelativePath(source, file)));
            }
        }
    }
}
