using LogFlow.Platform;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>All codecs, zstd in both implementations, for theories.</summary>
internal static class RecordCodecs
{
    private static readonly (string Name, CompressionType Type, RecordCodec Codec)[] All = Create();

    public static TheoryData<string> Names => [.. All.Select(codec => codec.Name)];

    public static TheoryData<string> NamesOfCompressing =>
        [.. All.Where(codec => codec.Type != CompressionType.None).Select(codec => codec.Name)];

    public static bool IsThere(string name) => All.Any(codec => codec.Name == name);

    public static RecordCodec Find(string name) => All.Single(codec => codec.Name == name).Codec;

    public static byte[] Compress(this RecordCodec codec, ReadOnlySpan<byte> source)
    {
        var destination = new byte[codec.CompressBound(source.Length)];
        return destination[..codec.Compress(source, destination, level: 1)];
    }

    /// <summary>Reads in pieces, and checks that no more comes out than is allowed.</summary>
    public static byte[] ReadInPieces(this RecordCodec codec, ReadOnlyMemory<byte> source, int lengthMax, int piece)
    {
        using var stream = codec.Open(source, lengthMax);
        var result = new MemoryStream();
        var buffer = new byte[piece];
        while (stream.Read(buffer) is > 0 and var read)
        {
            result.Write(buffer, 0, read);
            Assert.InRange(result.Length, 1, lengthMax);
        }

        return result.ToArray();
    }

    private static (string Name, CompressionType Type, RecordCodec Codec)[] Create()
    {
        var all = Enum.GetValues<CompressionType>()
            .Where(type => type != CompressionType.Zstd)
            .Select(type => (type.ToString(), type, RecordCodec.Find(type)!))
            .Append(("ZstdSharp", CompressionType.Zstd, new ZstdRecordCodec(Zstd.Managed)));
        return Zstd.Native is { } native
            ? [.. all, ("libzstd", CompressionType.Zstd, new ZstdRecordCodec(native))]
            : [.. all];
    }
}
