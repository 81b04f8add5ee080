using System.Text;

namespace LogFlow.Platform.Tests;

/// <summary>Runs over both implementations; libzstd's half is left out where it is not installed.</summary>
public class ZstdCodecTests
{
    private static readonly byte[] Lines = Encoding.UTF8.GetBytes(
        string.Concat(Enumerable.Range(0, 5000).Select(i => $"GET /page/{i % 100} HTTP/1.1 200 {i}\n")));

    public static TheoryData<string> Codecs => [.. All().Select(codec => codec.Name)];

    [Fact]
    public void Codec_OfThisProcess_IsTheSystemsWhereItIsInstalled() =>
        Assert.IsType(Zstd.Native is null ? typeof(ZstdSharpCodec) : typeof(LibZstdCodec), Zstd.Codec);

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Compress_ThenDecompressByEither_GivesTheSameBytes(string name)
    {
        var compressed = Compress(Find(name), Lines);

        Assert.InRange(compressed.Length, 1, Lines.Length / 4);
        foreach (var reader in All())
        {
            Assert.Equal(Lines.Length, reader.GetStatedLength(compressed));
            var result = new byte[Lines.Length];
            Assert.Equal(Lines.Length, reader.Decompress(compressed, result));
            Assert.Equal(Lines, result);
            Assert.Equal(Lines, ReadAll(reader, compressed, pieceLength: 1000, Lines.Length));
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decompressor_PiecesThatEndWithTheData_SeesTheEnd(string name)
    {
        var codec = Find(name);
        byte[] both = [.. Compress(codec, new byte[1000]), .. Compress(codec, new byte[500])];
        using var decompressor = codec.OpenDecompressor();
        var position = 0;

        Assert.Equal(1500, decompressor.Read(both, ref position, new byte[1500]));
        Assert.Equal(0, decompressor.Read(both, ref position, new byte[1]));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decompressor_LeftInTheMiddle_DoesNotDisturbTheNext(string name)
    {
        var codec = Find(name);
        var compressed = Compress(codec, Lines);
        for (var i = 0; i < 3; i++)
        {
            using var left = codec.OpenDecompressor();
            var position = 0;
            left.Read(compressed, ref position, new byte[10]);
        }

        Assert.Equal(Lines, ReadAll(codec, compressed, 4096, Lines.Length));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decompress_EveryPrefixOfAFrame_IsRefused(string name)
    {
        var codec = Find(name);
        var compressed = Compress(codec, Lines.AsSpan(0, 3000));
        for (var length = 0; length < compressed.Length; length++)
        {
            var prefix = compressed.AsSpan(0, length).ToArray();
            Assert.Throws<InvalidDataException>(() => ReadAll(codec, prefix, 512, 3000));
            if (length > 0)
            {
                Assert.Throws<InvalidDataException>(() => codec.Decompress(prefix, new byte[3000]));
            }
        }
    }

    // The frame header's descriptor says an eight-byte content size in a single segment; the block is empty and last.
    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decompress_FrameThatStates2To63Bytes_IsInvalidData(string name)
    {
        var codec = Find(name);
        byte[] frame = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0, 0, 0, 0x80, 1, 0, 0];

        Assert.Throws<InvalidDataException>(() => codec.GetStatedLength(frame));
        Assert.Throws<InvalidDataException>(() => codec.Decompress(frame, new byte[100]));
        Assert.Throws<InvalidDataException>(() => ReadAll(codec, frame, 100, 1000));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Compress_DestinationTooSmall_IsInvalidData(string name) =>
        Assert.Throws<InvalidDataException>(() => Find(name).Compress(Lines, new byte[100], level: 1));

    private static IEnumerable<ZstdCodec> All()
    {
        yield return Zstd.Managed;
        if (Zstd.Native is { } native)
        {
            yield return native;
        }
    }

    private static ZstdCodec Find(string name) => All().Single(codec => codec.Name == name);

    private static byte[] Compress(ZstdCodec codec, ReadOnlySpan<byte> source)
    {
        var compressed = new byte[ZstdCodec.CompressBound(source.Length)];
        return compressed[..codec.Compress(source, compressed, level: 1)];
    }

    private static byte[] ReadAll(ZstdCodec codec, byte[] source, int pieceLength, int lengthMax)
    {
        using var decompressor = codec.OpenDecompressor();
        var result = new MemoryStream();
        var piece = new byte[pieceLength];
        var position = 0;
        while (decompressor.Read(source, ref position, piece) is > 0 and var read)
        {
            result.Write(piece, 0, read);
            Assert.InRange(result.Length, 0, lengthMax);
        }

        return result.ToArray();
    }
}
