using System.Buffers.Binary;

namespace LogFlow.Kafka.Protocol.Tests;

public class RecordBatchTests
{
    private const int LengthMax = 1 << 20;

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void Builder_RandomRecords_AreReadBackAsAppended(CompressionType compression)
    {
        using var builder = new RecordBatchBuilder(initialCapacity: 64);
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var expected = new List<Sample>();
            for (var i = random.Next(1, 200); i > 0; i--)
            {
                var sample = Sample.Create(random);
                expected.Add(sample);
                builder.Append(
                    sample.TimestampMs,
                    sample.Key,
                    sample.Value,
                    sample.Headers,
                    isKeyNull: sample.Key is null,
                    isValueNull: sample.Value is null);
            }

            using var batch = builder.Build(compression, producerId: seed, producerEpoch: 3, baseSequence: 17);
            Assert.Equal(RecordBatchError.None, RecordBatch.Validate(batch.Span, out var header));
            Assert.Equal(((long)seed, (short)3, 17), (header.ProducerId, header.ProducerEpoch, header.BaseSequence));
            Assert.Equal(expected.Max(sample => sample.TimestampMs), header.MaxTimestampMs);
            Assert.Equal(batch.Length, header.TotalSize);
            RecordBatch.SetBaseOffset(batch.Span, 1000);
            RecordBatch.SetLeaderEpoch(batch.Span, 5);
            AssertSame(expected, batch.Memory);
        }
    }

    [Fact]
    public void Builder_CompressionThatDoesNotShrink_LeavesTheBatchUncompressed()
    {
        using var builder = new RecordBatchBuilder();
        var noise = new byte[300];
        new Random(1).NextBytes(noise);
        builder.Append(1, noise);
        using var batch = builder.Build(CompressionType.Gzip);
        Assert.Equal(CompressionType.None, RecordBatchHeader.Read(batch.Span).Compression);
    }

    [Fact]
    public void Builder_UsedAgain_AllocatesNothingPerRecord()
    {
        using var builder = new RecordBatchBuilder();
        var line = Some.AccessLogLine(1);
        Fill(10_000);
        builder.Build().Dispose();
        Fill(10_000);
        builder.Reset();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Fill(10_000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Fill(int count)
        {
            for (var i = 0; i < count; i++)
            {
                builder.Append(i, line);
            }
        }
    }

    [Fact]
    public void Builder_WithoutRecords_Refuses()
    {
        using var builder = new RecordBatchBuilder();
        Assert.Throws<InvalidOperationException>(() => builder.Build());
    }

    [Fact]
    public void Validate_EveryFlippedBitUnderTheCrc_IsFound()
    {
        using var batch = Some.RecordBatch(2);
        for (var bit = RecordBatchHeader.MagicAt * 8; bit < batch.Length * 8; bit++)
        {
            batch.Span[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(RecordBatchError.None, RecordBatch.Validate(batch.Span, out _));
            batch.Span[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Validate_EveryCut_IsTruncated()
    {
        using var batch = Some.RecordBatch(2);
        for (var length = 0; length < batch.Length; length++)
        {
            Assert.Equal(RecordBatchError.Truncated, RecordBatch.Validate(batch.Span[..length], out _));
        }
    }

    [Theory]
    [InlineData(0, 1, RecordBatchError.InvalidCount)]
    [InlineData(-1, -2, RecordBatchError.InvalidCount)]
    [InlineData(5, 1, RecordBatchError.InvalidCount)]
    public void Validate_CountThatContradictsTheOffsets_IsRefused(int count, int lastDelta, RecordBatchError expected)
    {
        using var batch = Some.RecordBatch(2);
        BinaryPrimitives.WriteInt32BigEndian(batch.Span[RecordBatchHeader.CountAt..], count);
        BinaryPrimitives.WriteInt32BigEndian(batch.Span[RecordBatchHeader.LastOffsetDeltaAt..], lastDelta);
        SetCrc(batch.Span);
        Assert.Equal(expected, RecordBatch.Validate(batch.Span, out _));
    }

    [Fact]
    public void Validate_AllZeros_IsNoBatch() =>
        Assert.Equal(RecordBatchError.InvalidLength, RecordBatch.Validate(new byte[4096], out _));

    [Fact]
    public void SetLogAppendTime_ChangesEveryTimestampAndKeepsTheCrcValid()
    {
        using var batch = Some.RecordBatch(3);
        RecordBatch.SetLogAppendTime(batch.Span, 42);
        Assert.Equal(RecordBatchError.None, RecordBatch.Validate(batch.Span, out _));
        using var decoded = RecordBatch.Decode(batch.Memory, LengthMax);
        foreach (var record in decoded)
        {
            Assert.Equal(42, record.TimestampMs);
        }
    }

    [Fact]
    public void Walk_BatchesAndACutOne_StopsBeforeTheCutOne()
    {
        using var first = Some.RecordBatch(1);
        using var second = Some.RecordBatch(2);
        byte[] bytes = [.. first.Span, .. second.Span, .. first.Span[..^1]];
        var counts = new List<int>();
        var walk = RecordBatch.Walk(bytes);
        while (walk.MoveNext())
        {
            counts.Add(walk.Header.Count);
        }

        Assert.Equal([1, 2], counts);
        Assert.Equal(RecordBatchError.None, walk.Error);
    }

    [Fact]
    public void AddSequence_AfterIntMaxValue_WrapsToZero()
    {
        Assert.Equal(0, RecordBatchHeader.AddSequence(int.MaxValue, 1));
        Assert.Equal(4, RecordBatchHeader.AddSequence(int.MaxValue - 2, 7));
    }

    [Fact]
    public void Reader_RandomBytesWithAValidCrc_NeverFailsOtherwiseThanInvalidData()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            using var batch = Some.RecordBatch(random.Next(1, 5));
            for (var flips = random.Next(1, 5); flips > 0; flips--)
            {
                batch.Span[random.Next(RecordBatchHeader.Size, batch.Length)] = (byte)random.Next(256);
            }

            SetCrc(batch.Span);
            try
            {
                using var decoded = RecordBatch.Decode(batch.Memory, LengthMax);
                foreach (var record in decoded)
                {
                    foreach (var header in record.Headers)
                    {
                        _ = header.Key;
                    }
                }
            }
            catch (InvalidDataException)
            {
                // The regular outcome.
            }
        }
    }

    private static void SetCrc(Span<byte> batch) =>
        BinaryPrimitives.WriteUInt32BigEndian(batch[RecordBatchHeader.CrcAt..], RecordBatch.ComputeCrc(batch));

    private static void AssertSame(List<Sample> expected, ReadOnlyMemory<byte> batch)
    {
        using var decoded = RecordBatch.Decode(batch, LengthMax);
        var index = 0;
        foreach (var record in decoded)
        {
            var sample = expected[index];
            Assert.Equal(1000 + index, record.Offset);
            Assert.Equal(sample.TimestampMs, record.TimestampMs);
            Assert.Equal(sample.Key, record.Key?.ToArray());
            Assert.Equal(sample.Value, record.Value?.ToArray());
            var headers = new List<RecordHeader>();
            foreach (var header in record.Headers)
            {
                headers.Add(header);
            }

            Assert.Equal(sample.Headers.Length, headers.Count);
            foreach (var (want, got) in sample.Headers.Zip(headers))
            {
                Assert.Equal(want.Key.ToArray(), got.Key.ToArray());
                Assert.Equal(want.Value?.ToArray(), got.Value?.ToArray());
            }

            index++;
        }

        Assert.Equal(expected.Count, index);
    }

    private sealed record Sample(long TimestampMs, byte[]? Key, byte[]? Value, RecordHeader[] Headers)
    {
        public static Sample Create(Random random)
        {
            var headers = new RecordHeader[random.Next(4) == 0 ? random.Next(1, 4) : 0];
            for (var i = 0; i < headers.Length; i++)
            {
                headers[i] = new RecordHeader(
                    Some.MixedBytes(random, random.Next(20)),
                    random.Next(3) == 0 ? null : Some.MixedBytes(random, random.Next(200)));
            }

            return new Sample(
                1_700_000_000_000 + random.Next(-100_000, 100_000),
                random.Next(3) == 0 ? null : Some.MixedBytes(random, random.Next(40)),
                random.Next(10) == 0 ? null : Some.MixedBytes(random, random.Next(1 << random.Next(1, 11))),
                headers);
        }
    }
}
