namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>
/// Whatever is sent to a codec, the answer is <see cref="InvalidDataException"/> or bytes within the limit: no other
/// exception, and no memory for a claim.
/// </summary>
public class RecordCodecLieTests
{
    private const int LengthMax = 1 << 20;

    public static TheoryData<string> Names => RecordCodecs.NamesOfCompressing;

    [Theory]
    [MemberData(nameof(Names))]
    public void Decompress_EveryPrefix_IsRefused(string name)
    {
        var codec = RecordCodecs.Find(name);
        var source = Some.MixedBytes(new Random(7), 3000);
        var compressed = codec.Compress(source);
        for (var length = 0; length < compressed.Length; length++)
        {
            var prefix = compressed.AsMemory(0, length);

            // Xerial's header alone is a whole stream of no blocks; a batch of records then has too few of them.
            if (codec is SnappyCodec && length == SnappyCodec.FramingHeaderSize)
            {
                continue;
            }

            Assert.Throws<InvalidDataException>(() => Compression.Decompress(codec, prefix, LengthMax).Dispose());
            Assert.Throws<InvalidDataException>(() => codec.ReadInPieces(prefix, LengthMax, piece: 700));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decompress_FlippedOrRandomBytes_IsRefusedOrStaysWithinTheLimit(string name)
    {
        var codec = RecordCodecs.Find(name);
        var refused = 0;
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var data = codec.Compress(Some.MixedBytes(random, 1 + random.Next(6000)));
            if (random.Next(4) == 0)
            {
                random.NextBytes(data.AsSpan(random.Next(data.Length)));
            }

            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                data[random.Next(data.Length)] ^= (byte)(1 << random.Next(8));
            }

            refused += Tries(codec, data, 1 + random.Next(5000), $"{name}, seed {seed}") ? 0 : 1;
        }

        Assert.InRange(refused, 100, 3000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decompress_NoiseBehindARightStart_IsRefusedOrStaysWithinTheLimit(string name)
    {
        var codec = RecordCodecs.Find(name);
        var start = codec.Compress("start"u8);
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var data = new byte[random.Next(1, 300)];
            random.NextBytes(data);
            var kept = Math.Min(random.Next(start.Length), data.Length);
            start.AsSpan(0, kept).CopyTo(data);
            Tries(codec, data, 1 + random.Next(5000), $"{name}, seed {seed}");
        }
    }

    // zstd: header descriptor 0x60 is a single segment with a two-byte size, of which 256 is subtracted.
    [Theory]
    [InlineData("ZstdSharp", -1)]
    [InlineData("ZstdSharp", 1)]
    [InlineData("libzstd", -1)]
    [InlineData("libzstd", 1)]
    public void Zstd_StatedSizeThatIsNotTheRealOne_IsRefused(string name, int difference)
    {
        if (!RecordCodecs.IsThere(name))
        {
            return;
        }

        var codec = RecordCodecs.Find(name);
        var data = codec.Compress(Some.MixedBytes(new Random(1), 1000));
        Assert.Equal((0x60, 1000 - 256), (data[4], data[5] | (data[6] << 8)));
        data[5] = (byte)(data[5] + difference);
        Assert.Throws<InvalidDataException>(() => Compression.Decompress(codec, data, LengthMax).Dispose());
        Assert.Throws<InvalidDataException>(() => codec.ReadInPieces(data, LengthMax, piece: 100));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Snappy_StatedSizeThatIsNotTheRealOne_IsRefused(int difference)
    {
        var codec = RecordCodecs.Find("Snappy");
        var data = Snappier.Snappy.CompressToArray(Some.MixedBytes(new Random(1), 100));
        data[0] = (byte)(data[0] + difference);
        Assert.Throws<InvalidDataException>(() => Compression.Decompress(codec, data, LengthMax).Dispose());
        Assert.Throws<InvalidDataException>(() => codec.ReadInPieces(data, LengthMax, piece: 10));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public void Lz4_StatedSize_IsHeldAgainstTheRealOne(int difference)
    {
        var codec = RecordCodecs.Find("Lz4");
        var plain = codec.Compress("hello"u8);
        byte[] descriptor =
            [(byte)(plain[4] | Lz4Codec.ContentSize), plain[5], (byte)(5 + difference), 0, 0, 0, 0, 0, 0, 0];
        byte[] data = [.. plain[..4], .. descriptor, Lz4Codec.HeaderChecksum(descriptor), .. plain[7..]];
        if (difference == 0)
        {
            using var result = Compression.Decompress(codec, data, LengthMax);
            Assert.Equal("hello"u8, result.Span);
        }
        else
        {
            Assert.Throws<InvalidDataException>(() => Compression.Decompress(codec, data, LengthMax).Dispose());
        }
    }

    // A gigabyte of zeros costs a reader that wants none of it next to nothing, and no array of its stated size.
    [Theory]
    [MemberData(nameof(Names))]
    public void Decompress_Bomb_IsRefusedAtTheLimit(string name)
    {
        var codec = RecordCodecs.Find(name);
        var bomb = codec.Compress(new byte[64 << 20]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => Compression.Decompress(codec, bomb, LengthMax).Dispose());
        Assert.Throws<InvalidDataException>(() => codec.ReadInPieces(bomb, LengthMax, piece: 64 << 10));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * LengthMax);
    }

    [Fact]
    public void Zstd_StatedSizeWithNothingBehindIt_RentsNothingOfThatSize()
    {
        // 30 MiB are stated, in four bytes; one empty block follows. It is allowed by the limit.
        byte[] claim = [0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0xE0, 1, 1, 0, 0];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(
            () => Compression.Decompress(CompressionType.Zstd, claim, 32 << 20).Dispose());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    /// <summary>False where the data was refused.</summary>
    private static bool Tries(RecordCodec codec, byte[] data, int piece, string what)
    {
        var whole = Attempt(() =>
        {
            using var result = Compression.Decompress(codec, data, LengthMax);
            return result.Span.ToArray();
        });
        var pieces = Attempt(() => codec.ReadInPieces(data, LengthMax, piece));
        Assert.True((whole is null) == (pieces is null), $"{what}: whole and in pieces differ");
        if (whole is not null)
        {
            Assert.InRange(whole.Length, 0, LengthMax);
            Assert.True(whole.AsSpan().SequenceEqual(pieces), what);
        }

        return whole is not null;
    }

    private static byte[]? Attempt(Func<byte[]> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
