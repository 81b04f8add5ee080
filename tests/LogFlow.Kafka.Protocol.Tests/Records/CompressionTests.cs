using System.Buffers.Binary;

namespace LogFlow.Kafka.Protocol.Tests;

public class CompressionTests
{
    private const int LengthMax = 16 * 1024 * 1024;

    [Fact]
    public void Snappy_BareBlockOfLibrdkafka_IsRead()
    {
        var source = Some.MixedBytes(new Random(3), 100_000);
        using var result = Compression.Decompress(
            CompressionType.Snappy, Snappier.Snappy.CompressToArray(source), LengthMax);
        Assert.Equal(source, result.Span.ToArray());
    }

    [Fact]
    public void Snappy_LengthThatTheDataDoesNotHave_IsRefused()
    {
        // Claims 1 GiB and holds one literal byte.
        byte[] bomb = [0x80, 0x80, 0x80, 0x80, 0x04, 0x00, 0x61];
        Assert.Throws<InvalidDataException>(
            () => Compression.Decompress(CompressionType.Snappy, bomb, LengthMax).Dispose());
    }

    [Fact]
    public void Lz4_WrittenFrame_HasTheHeaderThatJavaClientsWrite()
    {
        using var frame = Compression.Compress(CompressionType.Lz4, "hello"u8);
        Assert.Equal("04224D186040820500008068656C6C6F00000000", Convert.ToHexString(frame.Span));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Lz4_FramesOfLiblz4_AreRead(int variant)
    {
        if (!Liblz4.IsAvailable)
        {
            return;
        }

        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var source = Some.MixedBytes(random, random.Next(1, 600_000));
            var frame = Liblz4.CompressFrame(
                source, isLinked: (variant & 1) == 0, hasChecksums: (variant & 2) != 0, blockSizeCode: 4 + (seed % 4));
            using var result = Compression.Decompress(CompressionType.Lz4, frame, LengthMax);
            Assert.True(source.AsSpan().SequenceEqual(result.Span), $"seed {seed}");
        }
    }

    [Fact]
    public void Lz4_OurFrames_AreReadByLiblz4()
    {
        if (!Liblz4.IsAvailable)
        {
            return;
        }

        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var source = Some.MixedBytes(random, random.Next(1, 300_000));
            using var frame = Compression.Compress(CompressionType.Lz4, source);
            Assert.True(source.AsSpan().SequenceEqual(Liblz4.DecompressFrame(frame.Span, source.Length + 1)));
        }
    }

    [Fact]
    public void Lz4_LogLines_ShrinkAsWithTheReferenceEncoder()
    {
        var lines = Enumerable.Range(0, 2000).SelectMany(Some.AccessLogLine).ToArray();
        using var frame = Compression.Compress(CompressionType.Lz4, lines);
        Assert.InRange(frame.Length, 1, lines.Length / 2);
    }

    [Fact]
    public void Zstd_ConcatenatedFrames_AreReadAsOne()
    {
        using var first = Compression.Compress(CompressionType.Zstd, "first "u8);
        using var second = Compression.Compress(CompressionType.Zstd, "second"u8);
        byte[] both = [.. first.Span, .. second.Span];
        using var result = Compression.Decompress(CompressionType.Zstd, both, LengthMax);
        Assert.Equal("first second"u8, result.Span);
    }

    [Fact]
    public void Xerial_ChunkLongerThanTheData_IsRefused()
    {
        using var frame = Compression.Compress(CompressionType.Snappy, "hello"u8);
        var damaged = frame.Span.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(damaged.AsSpan(16), int.MaxValue);
        Assert.Throws<InvalidDataException>(
            () => Compression.Decompress(CompressionType.Snappy, damaged, LengthMax).Dispose());
    }
}
