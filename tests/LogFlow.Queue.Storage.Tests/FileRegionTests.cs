using System.Runtime.InteropServices;
using LogFlow.Kafka.Protocol;
using LogFlow.Testing;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>Reads that leave the batches in their file.</summary>
public sealed class FileRegionTests : IAsyncLifetime, IDisposable
{
    private const int BatchCount = 40;
    private const int ValueBytes = 10_000;

    private readonly TempDirectory _directory = new();
    private LogManager _logs = null!;
    private PartitionLog _log = null!;

    public async Task InitializeAsync()
    {
        await OpenAsync(TopicConfig.Default with { SegmentBytes = 300_000 });
        for (var i = 0; i < BatchCount; i++)
        {
            await _log.AppendOkAsync(Some.RecordBatch(1, valueSize: ValueBytes, seed: i));
        }
    }

    public async Task DisposeAsync() => await _logs.DisposeAsync();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_ManyBytes_StayInTheFile_FewAreRead()
    {
        using var many = _log.Read(0, 200_000);
        using var few = _log.Read(0, 50_000);

        Assert.NotNull(RegionOf(many));
        Assert.Equal(0, many.HeldBytes);
        Assert.Null(RegionOf(few));
        Assert.Equal(few.Batches.Length, few.HeldBytes);
        Assert.InRange(many.Batches.Length, 150_000, 200_000);
        Assert.True(many.Batches.Span.StartsWith(few.Batches.Span));
    }

    [Fact]
    public void Region_EndsWithAWholeBatch_AndTheNextBeginsThere()
    {
        foreach (var maxBytes in (int[])[70_000, 100_001, 200_000, 1 << 20])
        {
            var batches = _log.ReadAll(maxBytes);
            Assert.Equal(
                Enumerable.Range(0, BatchCount).Select(i => (long)i),
                batches.Select(batch => batch.Header.BaseOffset));
        }
    }

    [Fact]
    public void Region_PieceByPiece_IsTheSameAsAtOnce()
    {
        using var result = _log.Read(3, 200_000);
        var region = RegionOf(result)!;
        var pieces = new byte[result.Batches.Length];
        for (var start = 0; start < pieces.Length; start += 777)
        {
            region.Read(pieces.AsSpan(start, Math.Min(777, pieces.Length - start)), start);
        }

        Assert.True(result.Batches.Span.SequenceEqual(pieces));
        Assert.Equal(3, RecordBatchHeader.Read(pieces).BaseOffset);
    }

    [Fact]
    public async Task Region_SegmentIsDeletedOrClosed_IsReadToItsEnd()
    {
        using var result = _log.Read(0, 200_000);
        using var same = _log.Read(0, 200_000);
        _log.CloseIdleFiles(0);
        var expected = same.Batches.ToArray();

        await _log.DeleteRecordsAsync(_log.HighWatermark);

        Assert.Equal(ErrorCode.OffsetOutOfRange, _log.Read(0, 200_000).Error);
        Assert.True(result.Batches.Span.SequenceEqual(expected));
    }

    [Fact]
    public void Region_FileWasCut_ThrowsAndTheNextReadIsChecked()
    {
        var name = $"{0:D20}.log";
        var path = Directory.GetFiles(_directory.Path, name, SearchOption.AllDirectories).Single();
        using var result = _log.Read(0, 200_000);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(15_000);
        }

        var error = Assert.Throws<IOException>(() => RegionOf(result)!.Read(new byte[100_000], 0));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        using var next = _log.Read(0, 200_000);
        Assert.Null(RegionOf(next));
        Assert.Equal([0L], Offsets(next));
    }

    [Fact]
    public async Task Read_AfterARestart_IsReadIntoMemory_WithinItsLimit()
    {
        await _logs.DisposeAsync();
        await OpenAsync(TopicConfig.Default);

        using var result = _log.Read(0, 200_000, maxMemoryBytes: 70_000);
        Assert.Null(RegionOf(result));
        Assert.InRange(result.HeldBytes, 50_000, 70_000);
        using var first = _log.Read(0, 200_000, maxMemoryBytes: 0);
        Assert.Equal([0L], Offsets(first));
        Assert.Equal(BatchCount, _log.ReadAll().Count);
    }

    [Fact]
    public async Task ReadCommitted_RegionEndsBeforeTheOpenTransaction()
    {
        const long Producer = 7;
        await _log.AppendOkAsync(Some.RecordBatch(
            1, Producer, 0, 0, valueSize: ValueBytes, isTransactional: true));
        await _log.AppendOkAsync(Some.RecordBatch(1, valueSize: ValueBytes));

        using var committed = _log.Read(30, 1 << 20, isReadCommitted: true);
        using var all = _log.Read(30, 1 << 20);

        Assert.NotNull(RegionOf(committed));
        Assert.NotNull(RegionOf(all));
        Assert.Equal(BatchCount - 1, Offsets(committed)[^1]);
        Assert.Equal(BatchCount + 1, Offsets(all)[^1]);
    }

    private async Task OpenAsync(TopicConfig config)
    {
        _logs = TestLog.Open(TestLog.Options(new LogManagerOptions { DataDirectory = "" }.FileSystem, config) with
        {
            DataDirectory = _directory.Path,
        });
        _log = await _logs.PartitionAsync();
    }

    private static FileRegion? RegionOf(in ReadResult result) =>
        MemoryMarshal.TryGetMemoryManager<byte, FileRegion>(result.Batches, out var region) ? region : null;

    private static List<long> Offsets(in ReadResult result)
    {
        var offsets = new List<long>();
        var walk = RecordBatch.Walk(result.Batches.Span);
        while (walk.MoveNext())
        {
            offsets.Add(walk.Header.BaseOffset);
        }

        return offsets;
    }
}
