using LogFlow.Platform;

namespace LogFlow.Kafka.Protocol.Records;

/// <summary>The codecs of record batches. Thread-safe.</summary>
public static class Compression
{
    /// <summary>
    /// Whether this machine has the codec. Only zstd may be missing (it is the system's libzstd); who configured it
    /// then warns once and uses gzip.
    /// </summary>
    public static bool IsAvailable(CompressionType type) => type switch
    {
        CompressionType.None or CompressionType.Gzip or CompressionType.Snappy or CompressionType.Lz4 => true,
        CompressionType.Zstd => Zstd.IsAvailable,
        _ => false,
    };

    /// <summary>
    /// Compresses <paramref name="source"/> behind <paramref name="reserve"/> bytes of undefined content.
    /// </summary>
    /// <param name="type">A codec that is available.</param>
    /// <param name="source">What to compress.</param>
    /// <param name="reserve">Bytes to leave free at the start of the result.</param>
    /// <param name="level">For zstd and gzip; 1 is the fastest.</param>
    public static PooledBuffer Compress(CompressionType type, ReadOnlySpan<byte> source, int reserve = 0, int level = 1)
    {
        // No codec here makes more of its input than its bound; the writer's limit only has to be out of the way.
        var writer = new PooledByteWriter(Bound(type, source.Length) + reserve, Array.MaxLength);
        try
        {
            writer.GetSpan(reserve);
            writer.Advance(reserve);
            switch (type)
            {
                case CompressionType.None:
                    source.CopyTo(writer.GetSpan(source.Length));
                    writer.Advance(source.Length);
                    break;
                case CompressionType.Gzip:
                    GzipCodec.Compress(source, ref writer, level);
                    break;
                case CompressionType.Snappy:
                    SnappyCodec.Compress(source, ref writer);
                    break;
                case CompressionType.Lz4:
                    Lz4Frame.Compress(source, ref writer);
                    break;
                case CompressionType.Zstd:
                    writer.Advance(Zstd.Compress(source, writer.GetSpan(Zstd.CompressBound(source.Length)), level));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(type), type, "unknown codec");
            }

            return writer.Detach();
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Decompresses, into pooled memory, never more than <paramref name="lengthMax"/> bytes.</summary>
    /// <exception cref="InvalidDataException">Damaged data, or more bytes than allowed.</exception>
    /// <exception cref="NotSupportedException">The codec is not available on this machine.</exception>
    public static PooledBuffer Decompress(CompressionType type, ReadOnlySpan<byte> source, int lengthMax)
    {
        if (!IsAvailable(type))
        {
            throw new NotSupportedException($"record batch codec {type} is not available on this machine");
        }

        var guess = (int)Math.Min(lengthMax, Math.Max(1024, source.Length) * 4L);
        var writer = new PooledByteWriter(guess, lengthMax);
        try
        {
            switch (type)
            {
                case CompressionType.None:
                    source.CopyTo(writer.GetSpan(source.Length));
                    writer.Advance(source.Length);
                    break;
                case CompressionType.Gzip:
                    GzipCodec.Decompress(source, ref writer);
                    break;
                case CompressionType.Snappy:
                    SnappyCodec.Decompress(source, ref writer);
                    break;
                case CompressionType.Lz4:
                    Lz4Frame.Decompress(source, ref writer);
                    break;
                default:
                    ZstdCodec.Decompress(source, ref writer);
                    break;
            }

            return writer.Detach();
        }
        finally
        {
            writer.Dispose();
        }
    }

    private static int Bound(CompressionType type, int length) => type switch
    {
        CompressionType.Zstd => Zstd.CompressBound(length),
        CompressionType.Lz4 => Lz4Frame.CompressBound(length),
        _ => checked(length + (length / 6) + 64),
    };
}
