using System.Buffers.Binary;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Platform;
using LogFlow.Testing;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>From fetched bytes to delivered batches, without a broker.</summary>
public sealed class PartitionStreamsTests
{
    private static readonly BytePool Buffers = new(0);

    private const int BatchBytesMax = 1024 * 1024;

    private static readonly TopicPartition First = new("t", 0);
    private static readonly TopicPartition Second = new("t", 1);
    private static readonly GroupConsumerOptions Options = new()
    {
        GroupId = "g",
        Topics = ["t"],
        BatchBytesMax = BatchBytesMax,
    };

    [Fact]
    public async Task Deliver_SeveralPartitions_TakeTurns()
    {
        var streams = Streams(Options, First, Second);
        Feed(streams, First, Batch(0, "a"), Batch(1, "b"), Batch(2, "c"));
        Feed(streams, Second, Batch(0, "x"), Batch(1, "y"), Batch(2, "z"));

        var partitions = new List<int>();
        for (var count = 0; count < 6; count++)
        {
            using var batch = await TakeAsync(streams);
            partitions.Add(batch.TopicPartition.Partition);
        }

        Assert.Equal(3, partitions.Count(index => index == 0));
        Assert.Equal(3, partitions.Count(index => index == 1));
    }

    [Fact]
    public async Task Deliver_ShareFull_DecodesOnOnlyAsBatchesAreTaken()
    {
        var streams = Streams(Options with { PrefetchBytesMax = 1 }, First);
        var text = new string('x', 60_000);
        Feed(streams, First, Batch(0, text), Batch(1, text), Batch(2, text), Batch(3, text));
        await Eventually.TrueAsync(() => streams.ReadyCount == 2, "the share of 64 KiB to be full");

        // Still holding undecoded batches, so it is not fetched again.
        Assert.Empty(streams.PlanFetches(long.MaxValue));
        for (var offset = 0; offset < 4; offset++)
        {
            using var batch = await TakeAsync(streams);
            Assert.Equal(offset, batch.FirstOffset);
        }

        await Eventually.TrueAsync(() => streams.PlanFetches(long.MaxValue).Count == 1, "the next fetch");
        Assert.Equal(4, streams.PlanFetches(long.MaxValue)[0].Position);
    }

    /// <summary>Each partition's share is at least 64 KiB; what all of them hold together has a bound of its
    /// own.</summary>
    [Fact]
    public async Task Deliver_ManyPartitions_DecodeNoMoreThanThePrefetchTogether()
    {
        const int Count = 40;
        var partitions = Enumerable.Range(0, Count).Select(static index => new TopicPartition("t", index)).ToArray();
        var streams = Streams(Options with { PrefetchBytesMax = 200_000 }, partitions);
        var text = new string('x', 60_000);
        foreach (var partition in partitions)
        {
            Feed(streams, partition, Batch(0, text), Batch(1, text));
        }

        var taken = 0;
        for (; taken < 2 * Count; taken++)
        {
            using var batch = await TakeAsync(streams);
            Assert.InRange(streams.ReadyCount, 0, 4 + Environment.ProcessorCount);
        }

        Assert.Null(streams.TryTake());
    }

    [Fact]
    public async Task Deliver_CompactedAndMarkedOffsets_FollowWithoutGap()
    {
        var streams = Streams(Options, First);
        Feed(streams, First, Batch(5, "a"), Control(6, isAbort: false), Batch(20, "b"), Control(21, isAbort: false));

        using var first = await TakeAsync(streams);
        using var second = await TakeAsync(streams);
        using var third = await TakeAsync(streams);

        Assert.Equal((0, 6, 1), (first.FirstOffset, first.NextOffset, first.Count));
        Assert.Equal((6, 21, 1), (second.FirstOffset, second.NextOffset, second.Count));
        Assert.Equal((21, 22, 0), (third.FirstOffset, third.NextOffset, third.Count));
    }

    [Fact]
    public async Task Deliver_PositionInsideABatch_LeavesOutWhatIsBefore()
    {
        var streams = Streams(Options, First);
        streams.TrySeek(First, 2);
        Feed(streams, First, Batch(0, "a", "b", "c", "d"));

        using var batch = await TakeAsync(streams);

        Assert.Equal((2, 4), (batch.FirstOffset, batch.NextOffset));
        Assert.Equal(["c", "d"], batch.Records.ToArray().Select(record => Some.Text(record.Value)));
    }

    [Fact]
    public async Task Seek_WhileBatchesAreReady_ForgetsThemAndWhatIsUnderWay()
    {
        var streams = Streams(Options, First);
        var plan = streams.PlanFetches(long.MaxValue)[0];
        Feed(streams, First, Batch(0, "a"), Batch(1, "b"));
        await Eventually.TrueAsync(() => streams.ReadyCount == 2, "two batches");

        streams.TrySeek(First, 100);
        streams.OnFetched(plan, Chunk(First, Batch(0, "late")));

        Assert.Null(streams.TryTake());
        Assert.Equal(100, streams.PlanFetches(long.MaxValue)[0].Position);
    }

    [Fact]
    public async Task Pause_Partition_KeepsItsBatchesAndLetsOthersThrough()
    {
        var streams = Streams(Options, First, Second);
        Feed(streams, First, Batch(0, "a"));
        await Eventually.TrueAsync(() => streams.ReadyCount == 1, "a batch");
        streams.SetPaused([First], isPaused: true);
        Feed(streams, Second, Batch(0, "x"));

        using (var batch = await TakeAsync(streams))
        {
            Assert.Equal(Second, batch.TopicPartition);
        }

        Assert.Null(streams.TryTake());
        Assert.DoesNotContain(streams.PlanFetches(long.MaxValue), plan => plan.Partition == First);
        streams.SetPaused([First], isPaused: false);
        using var resumed = await TakeAsync(streams);
        Assert.Equal(First, resumed.TopicPartition);
    }

    [Fact]
    public async Task Deliver_DamagedBatch_WaitsThereAndSaysSo()
    {
        var streams = Streams(Options, First);
        var damage = new List<long>();
        streams.DamageFound = (_, position, _, _) => damage.Add(position);
        var bad = Batch(1, "b");
        bad[^1] ^= 1;
        Feed(streams, First, Batch(0, "a"), bad, Batch(2, "c"));

        using (var batch = await TakeAsync(streams))
        {
            Assert.Equal(1, batch.NextOffset);
        }

        await Eventually.TrueAsync(() => damage.Count == 1, "the damage");
        Assert.Equal(1, damage[0]);
        Assert.Null(streams.TryTake());
        Assert.Equal(1, streams.PlanFetches(long.MaxValue)[0].Position);
    }

    [Fact]
    public async Task Deliver_BatchThatWillNeverDecode_IsGivenOutAsItIsAfterThreeTries()
    {
        var streams = Streams(Options with { DeliversUndecodable = true }, First);
        var tries = 0;
        streams.DamageFound = (_, _, _, _) => Interlocked.Increment(ref tries);
        var bad = Undecodable(1, count: 3);
        Feed(streams, First, Batch(0, "a"), bad, Batch(4, "c"));
        using (var before = await TakeAsync(streams))
        {
            Assert.Equal(1, before.NextOffset);
        }

        for (var attempt = 1; attempt < 3; attempt++)
        {
            await Eventually.TrueAsync(() => Volatile.Read(ref tries) == attempt, "a try that failed");
            Assert.Null(streams.TryTake());
            Feed(streams, First, bad, Batch(4, "c"));
        }

        await Eventually.TrueAsync(() => Volatile.Read(ref tries) == 3, "the third try");
        Feed(streams, First, bad, Batch(4, "c"));
        using var batch = await TakeAsync(streams);
        using var after = await TakeAsync(streams);

        Assert.Equal((1, 4, 0), (batch.FirstOffset, batch.NextOffset, batch.Count));
        var found = batch.Undecodable!;
        Assert.Equal(
            (1, 3, 3, CompressionType.Gzip),
            (found.BaseOffset, found.LastOffset, found.RecordCount, found.Compression));
        Assert.Equal(bad, found.Bytes.ToArray());
        Assert.NotEmpty(found.Reason);
        Assert.Equal((4, 5, 1), (after.FirstOffset, after.NextOffset, after.Count));
        Assert.Null(after.Undecodable);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Deliver_WrongCrcOrNobodyToPutItAside_WaitsForEver(bool delivers, bool hasRightCrc)
    {
        var streams = Streams(Options with { DeliversUndecodable = delivers }, First);
        var tries = 0;
        streams.DamageFound = (_, _, _, _) => Interlocked.Increment(ref tries);
        var bad = Undecodable(0, count: 1);
        bad[^1] ^= (byte)(hasRightCrc ? 0 : 1);
        for (var attempt = 1; attempt <= 8; attempt++)
        {
            Feed(streams, First, bad, Batch(1, "c"));
            await Eventually.TrueAsync(() => Volatile.Read(ref tries) == attempt, "a try that failed");
            Assert.Null(streams.TryTake());
        }
    }

    [Fact]
    public async Task Deliver_BatchThatDecompressesToMoreThanAllowed_IsUndecodable()
    {
        var streams = Streams(Options with { DeliversUndecodable = true }, First);
        using var builder = new RecordBatchBuilder();
        builder.Append(1, new byte[BatchBytesMax]);
        using var bomb = builder.Build(CompressionType.Zstd);
        var tries = 0;
        streams.DamageFound = (_, _, _, _) => Interlocked.Increment(ref tries);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Feed(streams, First, bomb.Span.ToArray());
            await Eventually.TrueAsync(() => Volatile.Read(ref tries) == attempt, "a try that failed");
        }

        Feed(streams, First, bomb.Span.ToArray());
        using var batch = await TakeAsync(streams);

        Assert.NotNull(batch.Undecodable);
        Assert.InRange(batch.SizeInBytes, 1, bomb.Length);
    }

    [Fact]
    public async Task Decode_ManyPartitions_HoldTogetherNoMoreThanTheReaderMay()
    {
        var partitions = Enumerable.Range(0, 12).Select(index => new TopicPartition("t", index)).ToArray();
        var streams = Streams(Options with { PrefetchBytesMax = BatchBytesMax }, partitions);
        using var builder = new RecordBatchBuilder();
        builder.Append(1, new byte[BatchBytesMax - 100]);
        using var built = builder.Build(CompressionType.Zstd);
        foreach (var partition in partitions)
        {
            Feed(streams, partition, built.Span.ToArray());
        }

        for (var taken = 0; taken < partitions.Length; taken++)
        {
            await Eventually.TrueAsync(() => streams.ReadyCount == 1, "one batch, which is all there is room for");
            Assert.InRange(streams.BytesHeld, BatchBytesMax - 100, BatchBytesMax);
            using var batch = await TakeAsync(streams);
            Assert.Equal(1, batch.Count);
        }

        await Eventually.TrueAsync(() => streams.BytesHeld == 0, "all room to be free again");
    }

    [Fact]
    public async Task Pause_PartitionThatHoldsTheRoomOthersNeed_GivesItUpAndIsReadAgain()
    {
        var streams = Streams(Options with { PrefetchBytesMax = BatchBytesMax }, First, Second);
        using var builder = new RecordBatchBuilder();
        builder.Append(1, new byte[BatchBytesMax - 100]);
        using var built = builder.Build(CompressionType.Zstd);
        Feed(streams, First, built.Span.ToArray());
        await Eventually.TrueAsync(() => streams.ReadyCount == 1, "a batch that takes all room");
        Feed(streams, Second, built.Span.ToArray());
        await Eventually.TrueAsync(() => streams.IsFull, "the other to wait for room");

        streams.SetPaused([First], isPaused: true);
        using (var batch = await TakeAsync(streams))
        {
            Assert.Equal(Second, batch.TopicPartition);
        }

        streams.SetPaused([First], isPaused: false);
        Assert.Equal(0, streams.PlanFetches(long.MaxValue).Single(plan => plan.Partition == First).Position);
    }

    [Fact]
    public async Task ReadCommitted_AbortedTransaction_IsLeftOut()
    {
        var streams = Streams(Options with { IsolationLevel = IsolationLevel.ReadCommitted }, First);
        var aborted = new List<FetchResponse.AbortedTransaction> { new() { ProducerId = 9, FirstOffset = 0 } };
        Feed(
            streams,
            First,
            readCommitted: true,
            aborted,
            Transactional(0, 9, "aborted"),
            Transactional(1, 8, "other's"),
            Control(2, isAbort: true, producerId: 9),
            Transactional(3, 9, "committed"),
            Batch(4, "plain"));

        var values = new List<string>();
        while (values.Count < 3)
        {
            using var batch = await TakeAsync(streams);
            values.AddRange(batch.Records.ToArray().Select(record => Some.Text(record.Value)));
        }

        Assert.Equal(["other's", "committed", "plain"], values);
    }

    [Fact]
    public void Dispose_Batch_TwiceIsHarmlessAndRecordsAreGone()
    {
        var chunk = Chunk(First, Batch(0, "a"));
        var batch = chunk.DecodeNext(0, 0, BatchBytesMax)!;
        chunk.Dispose();

        // The batch lies in the frame, which it keeps by itself.
        Assert.Equal("a", Some.Text(batch.Records[0].Value));
        batch.Dispose();
        batch.Dispose();

        Assert.Throws<ObjectDisposedException>(() => batch.Records.Length);
    }

    private static PartitionStreams Streams(GroupConsumerOptions options, params TopicPartition[] partitions)
    {
        var streams = new PartitionStreams(options, TimeProvider.System, new BackgroundWork());
        foreach (var partition in partitions)
        {
            streams.Add(partition, Guid.Empty);
            streams.TrySeek(partition, 0);
        }

        streams.Release(partitions);
        return streams;
    }

    private static async Task<ConsumedBatch> TakeAsync(PartitionStreams streams)
    {
        ConsumedBatch? batch = null;
        await Eventually.TrueAsync(() => (batch = streams.TryTake()) is not null, "a batch");
        return batch!;
    }

    private static void Feed(PartitionStreams streams, TopicPartition partition, params byte[][] batches) =>
        Feed(streams, partition, readCommitted: false, null, batches);

    private static void Feed(
        PartitionStreams streams,
        TopicPartition partition,
        bool readCommitted,
        List<FetchResponse.AbortedTransaction>? aborted,
        params byte[][] batches)
    {
        var plan = streams.PlanFetches(long.MaxValue).Single(wanted => wanted.Partition == partition);
        streams.OnFetched(plan, Chunk(partition, readCommitted, aborted, batches));
    }

    private static FetchedChunk Chunk(TopicPartition partition, params byte[][] batches) =>
        Chunk(partition, readCommitted: false, null, batches);

    private static FetchedChunk Chunk(
        TopicPartition partition,
        bool readCommitted,
        List<FetchResponse.AbortedTransaction>? aborted,
        byte[][] batches)
    {
        var bytes = batches.SelectMany(static batch => batch).ToArray();
        var frame = Buffers.Rent(bytes.Length);
        bytes.CopyTo(frame.Value.Memory);
        return new FetchedChunk(
            partition, Guid.Empty, frame.Value.Memory, aborted, readCommitted, BatchBytesMax, frame);
    }

    private static byte[] Batch(long baseOffset, params string[] values)
    {
        var batch = Some.RecordBatch(ProducerIdentity.None, -1, values);
        RecordBatch.SetBaseOffset(batch, baseOffset);
        return batch;
    }

    /// <summary>Its CRC is right, its records are not what gzip writes.</summary>
    private static byte[] Undecodable(long baseOffset, int count)
    {
        var batch = Batch(baseOffset, [.. Enumerable.Repeat("not gzip at all", count)]);
        batch[22] = (byte)CompressionType.Gzip;
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), RecordBatch.ComputeCrc(batch));
        return batch;
    }

    private static byte[] Transactional(long baseOffset, long producerId, string value)
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(1, Encoding.UTF8.GetBytes(value));
        using var built = builder.Build(
            producerId: producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true);
        var batch = built.Memory.ToArray();
        RecordBatch.SetBaseOffset(batch, baseOffset);
        return batch;
    }

    /// <summary>A transaction marker: key is version and type, flags control and transactional are set.</summary>
    private static byte[] Control(long baseOffset, bool isAbort, long producerId = 9)
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(1, [0, 0, 0, (byte)(isAbort ? 0 : 1)], [0, 0, 0, 0, 0, 0]);
        using var built = builder.Build(
            producerId: producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true);
        var batch = built.Memory.ToArray();
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(21), 0x30);
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), RecordBatch.ComputeCrc(batch));
        RecordBatch.SetBaseOffset(batch, baseOffset);
        return batch;
    }
}
