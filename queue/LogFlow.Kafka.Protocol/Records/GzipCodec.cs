using System.IO.Compression;

namespace LogFlow.Kafka.Protocol.Records;

/// <summary>gzip (RFC 1952) by .NET's own zlib.</summary>
internal static class GzipCodec
{
    public static void Compress(ReadOnlySpan<byte> source, ref PooledByteWriter writer, int level)
    {
        using var output = new MemoryStream(capacity: Math.Max(256, source.Length / 4));
        var options = new ZLibCompressionOptions { CompressionLevel = Math.Clamp(level, 1, 9) };
        using (var gzip = new GZipStream(output, options, leaveOpen: true))
        {
            gzip.Write(source);
        }

        var length = checked((int)output.Length);
        output.GetBuffer().AsSpan(0, length).CopyTo(writer.GetSpan(length));
        writer.Advance(length);
    }

    public static unsafe void Decompress(ReadOnlySpan<byte> source, ref PooledByteWriter writer)
    {
        if (source.IsEmpty)
        {
            throw new InvalidDataException("gzip data is empty");
        }

        fixed (byte* pointer = source)
        {
            using var input = new UnmanagedMemoryStream(pointer, source.Length);
            using var gzip = new GZipStream(input, CompressionMode.Decompress);

            // At the limit one byte more is asked for: its absence is the regular end, its presence the error.
            Span<byte> probe = stackalloc byte[1];
            while (true)
            {
                var free = writer.FreeSpan();
                var read = gzip.Read(free.Length > 0 ? free : probe);
                if (read == 0)
                {
                    return;
                }

                if (free.Length > 0)
                {
                    writer.Advance(read);
                }
                else
                {
                    writer.GetSpan(1)[0] = probe[0];
                    writer.Advance(1);
                }
            }
        }
    }
}
