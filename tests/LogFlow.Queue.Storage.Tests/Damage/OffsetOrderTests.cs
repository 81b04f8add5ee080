using System.Globalization;
using LogFlow.Kafka.Protocol;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>
/// The CRC of a batch does not cover its base offset. One bit of it that flips, in a part that no start scans, is
/// damage with a line: records are neither passed over in silence nor given out under others' offsets.
/// </summary>
public sealed class OffsetOrderTests
{
    private const int Batches = 24;
    private const int RecordsPerBatch = 10;

    private static readonly TopicConfig SmallSegments = new() { SegmentBytes = 4000, IndexIntervalBytes = 600 };

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task BaseOffset_OneBitFlipped_IsAGapWithALine(bool isHighBit, bool dropsIndexes)
    {
        for (var batch = 0; batch < Batches; batch++)
        {
            var files = await FillAsync();
            Flip(files, batch, isHighBit ? 6 : 7, isHighBit ? (byte)0x04 : (byte)0x10);
            if (dropsIndexes)
            {
                Delete(files, ".index");
            }

            var lines = new CollectingLogs();
            await using var logs = Open(files, lines);
            var log = await logs.PartitionAsync();
            var served = await ReadToEndAsync(log);
            var missing = Enumerable.Range(0, Batches * RecordsPerBatch).Select(offset => (long)offset).Except(served);
            var first = batch * RecordsPerBatch;
            Assert.Equal(Enumerable.Range(first, RecordsPerBatch).Select(offset => (long)offset), missing);
            var line = Assert.Single(
                lines.At(LogLevel.Error), line => line.StartsWith("DATA LOST", StringComparison.Ordinal));
            Assert.Contains($"offset {first}", line, StringComparison.Ordinal);
            Assert.Contains(files.Files.Keys, path => path.EndsWith(".damaged", StringComparison.Ordinal));
            Assert.Equal(Batches * RecordsPerBatch, await log.AppendOkAsync(Some.RecordBatch(1)));
        }
    }

    [Fact]
    public async Task BaseOffset_Flipped_LookupsByTimeMeetItToo()
    {
        var files = await FillAsync();
        Flip(files, batch: 3, byteAt: 7, bit: 0x10);
        var lines = new CollectingLogs();
        await using var logs = Open(files, lines);
        var log = await logs.PartitionAsync();
        await Eventually.TrueAsync(
            () => log.FindOffsetByTimestamp(Some.Timestamp + 3000).Error == ErrorCode.None, "the damage is put aside");
        Assert.Equal(40, log.FindOffsetByTimestamp(Some.Timestamp + 3000).Offset);
        Assert.Single(lines.At(LogLevel.Error), line => line.StartsWith("DATA LOST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("flipped")]
    [InlineData("cut")]
    [InlineData("offset")]
    public async Task Swap_Damaged_TheSegmentsThatItWasMadeFromStay(string damage)
    {
        var files = await FillAsync();
        var first = LogFiles(files)[0];
        var second = LogFiles(files)[1];
        var end = long.Parse(Path.GetFileNameWithoutExtension(second), CultureInfo.InvariantCulture);
        var swap = SegmentSwap.SwapPath(Path.GetDirectoryName(first)!, 0, end);
        using (var file = files.OpenOrCreate(swap))
        {
            var content = files.Files[first].Content;
            content[damage == "offset" ? 5 : content.Length / 2] ^= damage == "cut" ? (byte)0 : (byte)0x10;
            file.Write(content.AsSpan(0, damage == "cut" ? content.Length - 5 : content.Length), 0);
        }

        files.DeleteFile(Path.Combine(TestLog.Root, "clean-shutdown"));
        var lines = new CollectingLogs();
        await using var logs = Open(files, lines);
        var log = await logs.PartitionAsync();
        Assert.Equal(Batches * RecordsPerBatch, (await ReadToEndAsync(log)).Count);
        Assert.Single(
            lines.At(LogLevel.Error), line => line.Contains("which compaction made", StringComparison.Ordinal));
        Assert.False(files.FileExists(swap));
        Assert.Contains(files.Files.Keys, path => path.EndsWith(".damaged", StringComparison.Ordinal));
    }

    private static LogManager Open(MemoryFileSystem files, CollectingLogs? lines = null) =>
        TestLog.Open(TestLog.Options(files, SmallSegments) with { RegionBytesMin = 1200 }, loggers: lines);

    private static async Task<MemoryFileSystem> FillAsync()
    {
        var files = new MemoryFileSystem();
        await using var logs = Open(files);
        var log = await logs.PartitionAsync();
        for (var batch = 0; batch < Batches; batch++)
        {
            await log.AppendOkAsync(Some.RecordBatch(RecordsPerBatch, timestampMs: Some.Timestamp + (batch * 1000)));
        }

        return files;
    }

    private static List<string> LogFiles(MemoryFileSystem files) =>
        [
            .. files.Files.Keys
                .Where(path => path.EndsWith(".log", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    private static void Flip(MemoryFileSystem files, int batch, int byteAt, byte bit)
    {
        foreach (var path in LogFiles(files))
        {
            var content = files.Files[path].Content;
            for (var at = 0; at + RecordBatchHeader.Size <= content.Length;)
            {
                var header = RecordBatchHeader.Read(content.AsSpan(at));
                if (header.BaseOffset == batch * RecordsPerBatch)
                {
                    content[at + byteAt] ^= bit;
                    files.Files[path].Content = content;
                    return;
                }

                at += header.TotalSize;
            }
        }

        Assert.Fail($"no batch {batch}");
    }

    private static void Delete(MemoryFileSystem files, string suffix)
    {
        foreach (var path in files.Files.Keys.Where(path => path.EndsWith(suffix, StringComparison.Ordinal)).ToList())
        {
            files.DeleteFile(path);
        }
    }

    /// <summary>As a consumer does: an error is tried again, an empty answer is the end.</summary>
    private static async Task<List<long>> ReadToEndAsync(PartitionLog log)
    {
        var offsets = new List<long>();
        var offset = log.LogStartOffset;
        while (offset < log.HighWatermark)
        {
            await Eventually.TrueAsync(
                () =>
                {
                    using var result = log.Read(offset, 1500);
                    if (result.Error != ErrorCode.None)
                    {
                        return false;
                    }

                    if (result.Batches.IsEmpty)
                    {
                        // Behind the last gap there is nothing yet.
                        offset = log.HighWatermark;
                        return true;
                    }

                    var walk = RecordBatch.Walk(result.Batches.Span);
                    while (walk.MoveNext())
                    {
                        Assert.True(walk.Header.BaseOffset >= offset, $"{walk.Header.BaseOffset} at {offset}");
                        for (var at = walk.Header.BaseOffset; at < walk.Header.NextOffset; at++)
                        {
                            offsets.Add(at);
                        }

                        offset = walk.Header.NextOffset;
                    }

                    return true;
                },
                $"offset {offset} can be read");
        }

        return offsets;
    }
}
