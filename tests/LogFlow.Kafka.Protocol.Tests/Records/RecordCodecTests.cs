namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>
/// What every codec must do; see <see cref="RecordCodecLieTests"/> for what is sent to it in bad faith.
/// </summary>
public class RecordCodecTests
{
    private const int LengthMax = 16 << 20;

    public static TheoryData<string> Names => RecordCodecs.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Codec_RandomMixedBytes_RoundTrips(string name)
    {
        var codec = RecordCodecs.Find(name);
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var source = Some.MixedBytes(random, 1 + random.Next(1 << random.Next(1, 19)));
            var compressed = codec.Compress(source);
            using var result = Compression.Decompress(codec, compressed, LengthMax);
            Assert.True(source.AsSpan().SequenceEqual(result.Span), $"{name}, seed {seed}");
            var pieces = codec.ReadInPieces(compressed, LengthMax, piece: 1 + random.Next(1 << random.Next(17)));
            Assert.True(source.AsSpan().SequenceEqual(pieces), $"{name} in pieces, seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Codec_RandomBytes_StayWithinTheBound(string name)
    {
        var codec = RecordCodecs.Find(name);
        for (var seed = 0; seed < 60; seed++)
        {
            var source = new byte[seed * 4321];
            new Random(seed).NextBytes(source);
            Assert.InRange(codec.Compress(source).Length, 0, codec.CompressBound(source.Length));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decompress_ExactlyTheLimit_Succeeds(string name)
    {
        var codec = RecordCodecs.Find(name);
        var compressed = codec.Compress(new byte[200_000]);
        using var result = Compression.Decompress(codec, compressed, 200_000);
        Assert.Equal(200_000, result.Length);
        Assert.Equal(200_000, codec.ReadInPieces(compressed, 200_000, piece: 4096).Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decompress_OneByteOverTheLimit_IsRefused(string name)
    {
        var codec = RecordCodecs.Find(name);
        var compressed = codec.Compress(new byte[200_000]);
        Assert.Throws<InvalidDataException>(() => Compression.Decompress(codec, compressed, 199_999).Dispose());
        Assert.Throws<InvalidDataException>(() => codec.ReadInPieces(compressed, 199_999, piece: 4096));
        Assert.Throws<InvalidDataException>(() => codec.ReadInPieces(compressed, 199_999, piece: 1 << 20));
    }

    [Fact]
    public void Compress_BehindAReserve_LeavesItFree()
    {
        foreach (var type in Enum.GetValues<CompressionType>())
        {
            using var compressed = Compression.Compress(type, "hello"u8, reserve: 7);
            using var result = Compression.Decompress(type, compressed.Memory[7..], LengthMax);
            Assert.Equal("hello"u8, result.Span);
        }
    }

    [Fact]
    public void Decompress_CodecThatDoesNotExist_IsInvalidData() =>
        Assert.Throws<InvalidDataException>(
            () => Compression.Decompress((CompressionType)6, new byte[10], LengthMax).Dispose());
}
