using System.Buffers.Binary;
using System.Text;

namespace LogFlow.Kafka.Protocol.Tests;

public class RecordWalkerTests
{
    private const int LengthMax = 64 << 20;

    public static TheoryData<CompressionType> Codecs => new(Enum.GetValues<CompressionType>());

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Walk_RandomRecords_SeesWhatTheReaderReads(CompressionType type)
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            using var batch = RandomBatch(random, type, seed % 5 == 0 ? 400_000 : 3000);
            var expected = new List<RecordFrame>();
            using (var decoded = RecordBatch.Decode(batch.Memory, LengthMax))
            {
                foreach (var record in decoded)
                {
                    expected.Add(new RecordFrame(
                        expected.Count,
                        (int)record.Offset,
                        record.TimestampMs,
                        record.Key?.Length ?? -1,
                        record.Value?.Length ?? -1));
                }

                Assert.Equal(expected, Frames(batch.Memory, LengthMax, out var length));
                Assert.Equal(decoded.RecordBytes.Length, length);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Walk_DamagedRecords_AgreesWithTheReader(CompressionType type)
    {
        var refused = 0;
        for (var seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            using var whole = RandomBatch(random, type, 200);
            var damaged = whole.Span.ToArray();
            for (var flips = random.Next(1, 3); flips > 0; flips--)
            {
                damaged[random.Next(RecordBatchHeader.Size, damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            // The count too, which the CRC would protect: a sender may lie about anything.
            damaged[60] += (byte)(random.Next(8) == 0 ? random.Next(1, 5) : 0);
            BinaryPrimitives.WriteUInt32BigEndian(damaged.AsSpan(17), RecordBatch.ComputeCrc(damaged));
            var isRead = Reads(damaged);
            refused += isRead ? 0 : 1;
            Assert.True(isRead == Walks(damaged), $"{type}, seed {seed}: the reader says {isRead}");
        }

        Assert.InRange(refused, 100, 1500);
    }

    // What was sent to the queue in findings Q3: each with a right CRC.
    [Theory]
    [InlineData(1, "not gzip at all")]
    [InlineData(2, "not snappy at all")]
    [InlineData(3, "not lz4 at all")]
    [InlineData(4, "not zstd at all")]
    [InlineData(0, "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData(0, "\u00ff\u00ff\u00ff\u007f")]
    [InlineData(4, "\u0028\u00b5\u002f\u00fd\u00e0\0\0\0\0\0\0\0\u0080\u0001\0\0")]
    [InlineData(6, "no such codec")]
    public void Walk_LiesOfTheFindings_AreInvalidData(int codec, string records)
    {
        var batch = BatchOf((short)codec, 1, Encoding.Latin1.GetBytes(records));
        Assert.Throws<InvalidDataException>(() => Frames(batch, LengthMax, out _));
        Assert.Throws<InvalidDataException>(() =>
        {
            using var decoded = RecordBatch.Decode(batch, LengthMax);
            foreach (var record in decoded)
            {
                Assert.NotEqual(-1, record.Offset);
            }
        });
    }

    [Fact]
    public void Walk_OneRecordWhereTheHeaderSaysThousand_IsRefused()
    {
        using var one = Some.RecordBatch(count: 1);
        var batch = BatchOf(0, 1000, one.Span[RecordBatchHeader.Size..]);
        Assert.Throws<InvalidDataException>(() => Frames(batch, LengthMax, out _));
    }

    [Fact]
    public void Walk_OneRecordOf200MbInSixKilobytes_HoldsOnlyItsWindow()
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(1, new byte[200 << 20]);
        using var batch = builder.Build(CompressionType.Zstd);
        Assert.InRange(batch.Length, 1, 64 << 10);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidDataException>(() => Frames(batch.Memory, 32 << 20, out _));
        Assert.Single(Frames(batch.Memory, 201 << 20, out _));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
    }

    private static PooledBuffer RandomBatch(Random random, CompressionType type, int valueLengthMax)
    {
        using var builder = new RecordBatchBuilder();
        for (var count = random.Next(1, 30); count > 0; count--)
        {
            var headers = new RecordHeader[random.Next(4) == 0 ? random.Next(4) : 0];
            for (var i = 0; i < headers.Length; i++)
            {
                headers[i] = new RecordHeader(
                    Some.MixedBytes(random, random.Next(9)), random.Next(3) == 0 ? null : new byte[random.Next(200)]);
            }

            builder.Append(
                1_700_000_000_000 + random.Next(-1000, 1000),
                Some.MixedBytes(random, random.Next(20)),
                Some.MixedBytes(random, random.Next(valueLengthMax)),
                headers,
                isKeyNull: random.Next(2) == 0,
                isValueNull: random.Next(9) == 0);
        }

        return builder.Build(type);
    }

    private static byte[] BatchOf(short attributes, int count, ReadOnlySpan<byte> records)
    {
        var batch = new byte[RecordBatchHeader.Size + records.Length];
        var header = new RecordBatchHeader
        {
            BatchLength = batch.Length - RecordBatchHeader.LengthOverhead,
            LeaderEpoch = -1,
            Magic = RecordBatchHeader.CurrentMagic,
            Attributes = attributes,
            LastOffsetDelta = count - 1,
            ProducerId = -1,
            ProducerEpoch = -1,
            BaseSequence = -1,
            Count = count,
        };
        header.Write(batch);
        records.CopyTo(batch.AsSpan(RecordBatchHeader.Size));
        (header with { Crc = RecordBatch.ComputeCrc(batch) }).Write(batch);
        return batch;
    }

    private static List<RecordFrame> Frames(ReadOnlyMemory<byte> batch, int lengthMax, out long length)
    {
        var frames = new List<RecordFrame>();
        using var walker = new RecordWalker(batch, lengthMax);
        while (walker.MoveNext())
        {
            frames.Add(walker.Current);
        }

        length = walker.Length;
        return frames;
    }

    private static bool Walks(byte[] batch)
    {
        try
        {
            Frames(batch, LengthMax, out _);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static bool Reads(byte[] batch)
    {
        try
        {
            using var decoded = RecordBatch.Decode(batch, LengthMax);
            foreach (var record in decoded)
            {
                foreach (var header in record.Headers)
                {
                    Assert.True(header.Key.Length >= 0);
                }
            }

            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
