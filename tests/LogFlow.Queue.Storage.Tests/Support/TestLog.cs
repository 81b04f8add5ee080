using System.Runtime.InteropServices;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>Opens log managers and says in short what tests do with them.</summary>
internal static class TestLog
{
    public const string Root = "/data";

    public static LogManagerOptions Options(IFileSystem files, TopicConfig? config = null) => new()
    {
        DataDirectory = Root,
        FileSystem = files,
        DefaultTopicConfig = config ?? TopicConfig.Default,
        ReserveBytes = 0,

        // Every crash may have been a power cut, unless a test says otherwise.
        BootId = Guid.NewGuid(),
    };

    public static LogManager Open(
        IFileSystem files, TopicConfig? config = null, TimeProvider? time = null, ILoggerFactory? loggers = null) =>
        Open(Options(files, config), time, loggers);

    public static LogManager Open(
        LogManagerOptions options, TimeProvider? time = null, ILoggerFactory? loggers = null) =>
        LogManager.Open(options, loggers ?? NullLoggerFactory.Instance, time ?? TimeProvider.System);

    /// <summary>The partition 0 of a topic, which is created where it is not there.</summary>
    public static async Task<PartitionLog> PartitionAsync(this LogManager logs, string topic = "t")
    {
        var result = await logs.CreateTopicAsync(topic, 1);
        Assert.True(result.Error is ErrorCode.None or ErrorCode.TopicAlreadyExists, result.Message);
        return result.Topic!.Partitions[0];
    }

    /// <summary>Every batch lies in leased memory of its own, so that <see cref="Buffers"/> shows what is not given
    /// back.
    /// </summary>
    public static BytePool Buffers { get; } = new(1 << 20);

    /// <summary>Appends from leased memory; what the log has set in it is then in the caller's bytes, too.</summary>
    public static async ValueTask<AppendResult> AppendAsync(this PartitionLog log, ReadOnlyMemory<byte> batch)
    {
        using var memory = Buffers.Rent(batch.Length);
        batch.CopyTo(memory.Value.Memory);
        var result = await log.AppendAsync(memory, memory.Value.Memory);
        memory.Value.Memory.CopyTo(MemoryMarshal.AsMemory(batch));
        return result;
    }

    public static async Task<long> AppendOkAsync(this PartitionLog log, byte[] batch)
    {
        var result = await log.AppendAsync(batch);
        Assert.Equal(ErrorCode.None, result.Error);
        return result.BaseOffset;
    }

    /// <summary>All batches from the log's start, checked: CRC, and offsets that never fall.</summary>
    public static List<(RecordBatchHeader Header, byte[] Bytes)> ReadAll(this PartitionLog log, int maxBytes = 1 << 20)
    {
        var batches = new List<(RecordBatchHeader, byte[])>();
        var offset = log.LogStartOffset;
        while (true)
        {
            using var result = log.Read(offset, maxBytes);
            Assert.Equal(ErrorCode.None, result.Error);
            if (result.Batches.IsEmpty)
            {
                Assert.Equal(log.HighWatermark, Math.Max(offset, log.HighWatermark));
                return batches;
            }

            var walk = RecordBatch.Walk(result.Batches.Span);
            while (walk.MoveNext())
            {
                Assert.True(RecordBatch.HasValidCrc(walk.Current), $"CRC at offset {walk.Header.BaseOffset}");
                Assert.True(walk.Header.LastOffset >= offset, "offsets fall");
                batches.Add((walk.Header, walk.Current.ToArray()));
                offset = walk.Header.NextOffset;
            }
        }
    }
}
