using LogFlow.Kafka.Protocol;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>
/// A batch that no reader could decode is refused when it is produced: accepted, it would stop its partition's readers
/// for ever. Good batches before and behind it are stored, without a hole.
/// </summary>
public sealed class MalformedBatchTests(ITestOutputHelper output)
{
    public static TheoryData<string, ErrorCode> Answers => new()
    {
        { "gzip that is none", ErrorCode.UnknownServerError },
        { "snappy that is none", ErrorCode.UnknownServerError },
        { "lz4 that is none", ErrorCode.UnknownServerError },
        { "zstd that is none", ErrorCode.UnknownServerError },
        { "zstd that states 2^63 bytes", ErrorCode.UnknownServerError },
        { "all bytes of the records FF", ErrorCode.UnknownServerError },
        { "a record of 2^28 bytes", ErrorCode.InvalidRecord },
        { "a record of -1 bytes", ErrorCode.InvalidRecord },
        { "count 1000, one record", ErrorCode.InvalidRecord },
        { "count 1, two records", ErrorCode.InvalidRecord },
        { "offset delta that does not follow", ErrorCode.InvalidRecord },
        { "gzip, count 1000, one record", ErrorCode.InvalidRecord },
        { "gzip, cut in its middle", ErrorCode.UnknownServerError },
        { "gzip, a record of 2^28 bytes", ErrorCode.InvalidRecord },
        { "value longer than its record", ErrorCode.InvalidRecord },
        { "control batch", ErrorCode.InvalidRecord },
        { "last offset delta beyond the count", ErrorCode.InvalidRecord },
        { "wrong CRC", ErrorCode.CorruptMessage },
        { "two batches in one set", ErrorCode.InvalidRecord },
        { "cut short", ErrorCode.InvalidRecord },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Batch_Malformed_IsRefusedAndLeavesNoHole(string name, ErrorCode expected)
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        Assert.Equal(ErrorCode.None, (await client.ProduceOneAsync("logs", Some.Batch(3))).ErrorCode);
        var answer = await client.ProduceOneAsync("logs", MalformedBatches.All[name]);
        Assert.Equal((expected, -1L), (answer.ErrorCode, answer.BaseOffset));
        Assert.Equal(3, (await client.ProduceOneAsync("logs", Some.Batch())).BaseOffset);
        Assert.Equal(4, (await client.FetchOneAsync("logs", 0)).HighWatermark);
    }

    /// <summary>Held against a limit of 1 MiB, so that at and above it are both cheap to try.</summary>
    [Theory]
    [InlineData((1 << 20) - 20, ErrorCode.None)]
    [InlineData(1 << 20, ErrorCode.MessageTooLarge)]
    [InlineData(200 << 20, ErrorCode.MessageTooLarge)]
    public async Task Batch_DecompressingBeyondTheLimit_IsRefusedWithoutItsMemory(int valueBytes, ErrorCode expected)
    {
        await using var queue = await TestQueue.StartAsync(config => config.MessageMaxDecompressedBytes = 1 << 20);
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        var bomb = MalformedBatches.ZstdBomb(valueBytes);
        var before = GC.GetTotalAllocatedBytes();
        Assert.Equal(expected, (await client.ProduceOneAsync("logs", bomb)).ErrorCode);
        var allocated = GC.GetTotalAllocatedBytes() - before;
        output.WriteLine($"{bomb.Length} bytes cost {allocated}");
        Assert.InRange(allocated, 0, 16 << 20);
    }
}
