using System.Text;

namespace LogFlow.Platform.Tests;

public class ZstdTests
{
    [RequiresZstdFact]
    public void Compress_ThenDecompress_GivesTheSameBytes()
    {
        var source = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("GET /index.html HTTP/1.1 200\n", 5000)));
        var compressed = new byte[Zstd.CompressBound(source.Length)];

        var length = Zstd.Compress(source, compressed);

        Assert.InRange(length, 1, source.Length / 20);
        Assert.Equal(source.Length, Zstd.GetDecompressedLength(compressed.AsSpan(0, length)));
        var result = new byte[source.Length];
        Assert.Equal(source.Length, Zstd.Decompress(compressed.AsSpan(0, length), result));
        Assert.Equal(source, result);
        Assert.Equal(source, Zstd.DecompressUnknownLength(compressed.AsSpan(0, length), source.Length));
    }

    [RequiresZstdFact]
    public void DecompressUnknownLength_MoreThanAllowed_IsRefused()
    {
        var compressed = new byte[1024];
        var length = Zstd.Compress(new byte[1_000_000], compressed);

        var error = Assert.Throws<InvalidDataException>(
            () => Zstd.DecompressUnknownLength(compressed.AsSpan(0, length), 100_000));

        Assert.Contains("exceeds", error.Message, StringComparison.Ordinal);
    }

    [RequiresZstdFact]
    public void Decompress_DamagedInput_IsRefused()
    {
        var compressed = new byte[Zstd.CompressBound(1000)];
        var length = Zstd.Compress(new byte[1000], compressed);
        compressed[0] ^= 0xFF;

        Assert.Throws<InvalidDataException>(() => Zstd.Decompress(compressed.AsSpan(0, length), new byte[1000]));
        Assert.Throws<InvalidDataException>(() => Zstd.GetDecompressedLength(compressed.AsSpan(0, length)));
        Assert.Throws<InvalidDataException>(
            () => Zstd.DecompressUnknownLength(compressed.AsSpan(0, length), 1000));
    }

    private sealed class RequiresZstdFactAttribute : FactAttribute
    {
        public RequiresZstdFactAttribute() => Skip = Zstd.IsAvailable ? null : "libzstd is not on this machine";
    }
}
