using System.IO.Compression;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>Compression of one column page; the codec is named per page, so stores move between machines.</summary>
internal enum PageCodec : byte
{
    None = 0,
    Zstd = 1,

    /// <summary>Written by versions that needed a library of the system's for zstd; only read now.</summary>
    Brotli = 2,

    /// <summary>The page is so small that it stands in the block's directory.</summary>
    Inline = 3,
}

internal static class PageCodecs
{
    /// <summary>Ingest: the level that keeps up with it (630 MiB/s measured on access logs).</summary>
    public const int LevelFast = 1;

    /// <summary>Merges run in the background and are read for weeks.</summary>
    public const int LevelSmall = 3;

    /// <summary>Appends the page to <paramref name="output"/>, compressed where that makes it smaller.</summary>
    public static PageCodec Encode(ReadOnlySpan<byte> raw, ByteWriter output, int level)
    {
        if (raw.Length < 32)
        {
            output.Write(raw);
            return PageCodec.None;
        }

        var start = output.Length;
        var size = Zstd.Compress(raw, output.GetSpan(Zstd.CompressBound(raw.Length)), level);
        if (size < raw.Length)
        {
            output.Advance(size);
            return PageCodec.Zstd;
        }

        output.Truncate(start);
        output.Write(raw);
        return PageCodec.None;
    }

    /// <exception cref="CorruptDataException">The page does not decompress to exactly its size.</exception>
    public static void Decode(PageCodec codec, ReadOnlySpan<byte> stored, Span<byte> raw)
    {
        var written = -1;
        switch (codec)
        {
            case PageCodec.None when stored.Length == raw.Length:
                stored.CopyTo(raw);
                return;
            case PageCodec.Zstd:
                try
                {
                    written = Zstd.Decompress(stored, raw);
                }
                catch (InvalidDataException error)
                {
                    throw new CorruptDataException(error.Message);
                }

                break;
            case PageCodec.Brotli:
                if (!BrotliDecoder.TryDecompress(stored, raw, out written))
                {
                    written = -1;
                }

                break;
        }

        if (written != raw.Length)
        {
            throw new CorruptDataException("a column page does not decompress to its size");
        }
    }
}
