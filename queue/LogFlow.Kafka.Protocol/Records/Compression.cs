namespace LogFlow.Kafka.Protocol;

/// <summary>
/// The codecs of record batches; all of them are always there. Thread-safe. Whatever there is to decompress, the only
/// exception is <see cref="InvalidDataException"/>.
/// </summary>
public static class Compression
{
    // A stated size beyond this is not rented at once, but grown to as bytes come out: a claim costs nobody memory.
    private const int TrustedExpansion = 64;

    /// <summary>
    /// Compresses <paramref name="source"/> behind <paramref name="reserve"/> bytes of undefined content.
    /// </summary>
    /// <param name="type">One of the codecs.</param>
    /// <param name="source">What to compress.</param>
    /// <param name="reserve">Bytes to leave free at the start of the result.</param>
    /// <param name="level">For zstd and gzip; 1 is the fastest.</param>
    public static PooledBuffer Compress(CompressionType type, ReadOnlySpan<byte> source, int reserve = 0, int level = 1)
    {
        var codec = RecordCodec.Find(type)
            ?? throw new ArgumentOutOfRangeException(nameof(type), type, "unknown codec");

        // No codec makes more of its input than its bound; the writer's limit only has to be out of the way.
        var bound = codec.CompressBound(source.Length);
        var writer = new PooledByteWriter(checked(bound + reserve), Array.MaxLength);
        try
        {
            writer.Advance(reserve);
            writer.Advance(codec.Compress(source, writer.GetSpan(bound), level));
            return writer.Detach();
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Decompresses, into pooled memory, never more than <paramref name="lengthMax"/> bytes.</summary>
    /// <exception cref="InvalidDataException">
    /// Damaged data, more bytes than allowed, or no such codec.
    /// </exception>
    public static PooledBuffer Decompress(CompressionType type, ReadOnlyMemory<byte> source, int lengthMax) =>
        Decompress(FindOrRefuse(type), source, lengthMax);

    /// <summary>
    /// Begins to decompress piece by piece. Dispose the result.
    /// </summary>
    /// <param name="type">The codec, as the batch's header names it.</param>
    /// <param name="source">Must stay valid until the stream is disposed.</param>
    /// <param name="lengthMax">The most bytes that may come out.</param>
    /// <exception cref="InvalidDataException">Damaged data, or no such codec.</exception>
    public static DecompressionStream Open(CompressionType type, ReadOnlyMemory<byte> source, int lengthMax) =>
        FindOrRefuse(type).Open(source, lengthMax);

    internal static PooledBuffer Decompress(RecordCodec codec, ReadOnlyMemory<byte> source, int lengthMax)
    {
        using var stream = codec.Open(source, lengthMax);
        var guess = Math.Max(1024, source.Length) * 4L;
        var stated = stream.StatedLength;
        if (stated >= 0 && stated <= Math.Max(guess, source.Length * (long)TrustedExpansion))
        {
            guess = stated;
        }

        var writer = new PooledByteWriter((int)Math.Min(lengthMax, guess), lengthMax);
        try
        {
            Span<byte> next = stackalloc byte[1];
            while (true)
            {
                // A full array may be all there is: it only grows for a byte that is there.
                var free = writer.FreeSpan();
                var target = free.IsEmpty ? next : free;
                var read = stream.Read(target);
                if (read == 0)
                {
                    return writer.Detach();
                }

                if (free.IsEmpty)
                {
                    writer.GetSpan(1)[0] = next[0];
                }

                writer.Advance(read);
            }
        }
        finally
        {
            writer.Dispose();
        }
    }

    private static RecordCodec FindOrRefuse(CompressionType type) =>
        RecordCodec.Find(type) ?? throw new InvalidDataException($"there is no record batch codec {(int)type}");
}
