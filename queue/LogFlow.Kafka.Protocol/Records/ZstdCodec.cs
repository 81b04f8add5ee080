using LogFlow.Platform;

namespace LogFlow.Kafka.Protocol.Records;

/// <summary>
/// zstd by the system's library. Frames of Java clients are streamed and do not state their size; librdkafka's and our
/// own do, and are decompressed in one call.
/// </summary>
internal static class ZstdCodec
{
    public static void Decompress(ReadOnlySpan<byte> source, ref PooledByteWriter writer)
    {
        var length = Zstd.GetDecompressedLength(source);
        if (length >= 0 && Zstd.GetCompressedFrameLength(source) == source.Length)
        {
            // The stated size is the sender's claim; GetSpan holds it against the limit before anything is rented.
            var destination = writer.GetSpan(length <= int.MaxValue ? (int)length : int.MaxValue);
            writer.Advance(Zstd.Decompress(source, destination));
            return;
        }

        using var decompressor = new Zstd.StreamDecompressor(source);
        while (true)
        {
            var written = decompressor.Read(writer.FreeSpan(), out var isDone);
            writer.Advance(written);
            if (isDone)
            {
                return;
            }

            if (writer.FreeSpan().IsEmpty)
            {
                writer.GetSpan(1);
            }
        }
    }
}
