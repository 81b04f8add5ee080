namespace LogFlow.Kafka.Protocol;

/// <summary>
/// One codec of record batches. Thread-safe. Whatever it is given to decompress, it throws nothing but
/// <see cref="InvalidDataException"/>.
/// </summary>
internal abstract class RecordCodec
{
    private static readonly RecordCodec None = new NoCodec();
    private static readonly RecordCodec Gzip = new GzipCodec();
    private static readonly RecordCodec Snappy = new SnappyCodec();
    private static readonly RecordCodec Lz4 = new Lz4Codec();
    private static readonly RecordCodec Zstd = new ZstdRecordCodec(Platform.Zstd.Codec);

    /// <summary>Null where no codec has that number.</summary>
    public static RecordCodec? Find(CompressionType type) => type switch
    {
        CompressionType.None => None,
        CompressionType.Gzip => Gzip,
        CompressionType.Snappy => Snappy,
        CompressionType.Lz4 => Lz4,
        CompressionType.Zstd => Zstd,
        _ => null,
    };

    /// <summary>The size that the compressed form of <paramref name="length"/> bytes never exceeds.</summary>
    public abstract int CompressBound(int length);

    /// <summary>Compresses and returns the number of bytes written.</summary>
    /// <param name="source">What to compress.</param>
    /// <param name="destination">At least <see cref="CompressBound"/> bytes.</param>
    /// <param name="level">For zstd and gzip; 1 is the fastest.</param>
    public abstract int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level);

    /// <summary>Begins to decompress.</summary>
    /// <param name="source">Must stay valid until the stream is disposed.</param>
    /// <param name="lengthMax">The most bytes that may come out.</param>
    public abstract DecompressionStream Open(ReadOnlyMemory<byte> source, int lengthMax);
}
