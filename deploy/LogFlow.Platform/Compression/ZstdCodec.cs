using System.Diagnostics.CodeAnalysis;

namespace LogFlow.Platform;

/// <summary>
/// What both implementations of Zstandard share: contexts, checks and errors. An implementation only names the
/// functions of zstd's C interface. Thread-safe; contexts are kept per thread, as making one costs far more than
/// compressing a block. Whatever the input is, the only exception is <see cref="InvalidDataException"/>.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "Lives with the process.")]
public abstract unsafe class ZstdCodec
{
    private const ulong ContentSizeUnknown = ulong.MaxValue;
    private const ulong ContentSizeError = ulong.MaxValue - 1;

    // A context that streamed a frame with a large window holds as much memory; such a one is not kept.
    private const int KeptContextBytesMax = 16 << 20;

    private readonly ThreadLocal<ZstdContext> _compressors;
    private readonly ThreadLocal<ZstdContext> _decompressors;
    private readonly ThreadLocal<ZstdContext?> _spares = new();

    private protected ZstdCodec()
    {
        _compressors = new(() => new ZstdContext(this, CreateCompressor(), compresses: true));
        _decompressors = new(() => new ZstdContext(this, CreateDecompressor(), compresses: false));
    }

    /// <summary>What it is and which version, for logs and tests.</summary>
    public abstract string Name { get; }

    /// <summary>The size that the compressed form of <paramref name="length"/> bytes never exceeds.</summary>
    public static int CompressBound(int length) => checked((int)((uint)length + ((uint)length >> 8) + 512));

    /// <summary>Compresses into <paramref name="destination"/> and returns the number of bytes written.</summary>
    /// <exception cref="InvalidDataException">The destination is smaller than needed.</exception>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level)
    {
        fixed (byte* input = source)
        fixed (byte* output = destination)
        {
            var context = _compressors.Value!.DangerousGetHandle();
            return Check(RawCompress(
                context, output, (nuint)destination.Length, input, (nuint)source.Length, level));
        }
    }

    /// <summary>
    /// Decompresses whole frames into <paramref name="destination"/>; returns the bytes written.
    /// </summary>
    /// <exception cref="InvalidDataException">Damaged input, or a destination that is too small.</exception>
    public int Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        fixed (byte* input = source)
        fixed (byte* output = destination)
        {
            var context = _decompressors.Value!.DangerousGetHandle();
            return Check(RawDecompress(context, output, (nuint)destination.Length, input, (nuint)source.Length));
        }
    }

    /// <summary>
    /// The decompressed size that the frame which <paramref name="source"/> starts with states, or -1 where it does
    /// not say (streams written without a known size). It is the sender's claim and may be a lie of any size.
    /// </summary>
    /// <exception cref="InvalidDataException">Not a zstd frame, or a size that no frame can have.</exception>
    public long GetStatedLength(ReadOnlySpan<byte> source)
    {
        fixed (byte* input = source)
        {
            var size = GetFrameContentSize(input, (nuint)source.Length);
            return size switch
            {
                ContentSizeUnknown => -1,
                ContentSizeError => throw new InvalidDataException("not a zstd frame"),
                > long.MaxValue => throw new InvalidDataException($"zstd frame states {size} bytes of content"),
                _ => (long)size,
            };
        }
    }

    /// <summary>Begins to decompress frames in pieces.</summary>
    public ZstdDecompressor OpenDecompressor()
    {
        var context = _spares.Value;
        _spares.Value = null;
        return new ZstdDecompressor(this, context ?? new ZstdContext(this, CreateDecompressor(), compresses: false));
    }

    internal void TakeBack(ZstdContext context)
    {
        var isReusable = IsError(ResetDecompressor(context.DangerousGetHandle())) == 0
            && GetDecompressorSize(context.DangerousGetHandle()) <= KeptContextBytesMax;
        if (isReusable && _spares.Value is null)
        {
            _spares.Value = context;
        }
        else
        {
            context.Dispose();
        }
    }

    /// <summary>Returns a size as it is and throws for an error code, which is a size out of reach.</summary>
    internal int Check(nuint result)
    {
        if (IsError(result) != 0)
        {
            throw new InvalidDataException($"zstd: {GetErrorName(result)}");
        }

        return result <= int.MaxValue ? (int)result : throw new InvalidDataException("zstd: more than 2 GiB");
    }

    internal abstract void Free(nint context, bool compresses);

    /// <summary>Moves both positions on; returns 0 at a frame's end, else a guess at what is still to come.</summary>
    internal abstract nuint DecompressStream(
        nint context, void* output, nuint capacity, ref nuint written, void* input, nuint length, ref nuint read);

    private protected abstract nint CreateCompressor();

    private protected abstract nint CreateDecompressor();

    private protected abstract nuint ResetDecompressor(nint context);

    private protected abstract nuint GetDecompressorSize(nint context);

    private protected abstract nuint RawCompress(
        nint context, void* output, nuint capacity, void* input, nuint length, int level);

    private protected abstract nuint RawDecompress(
        nint context, void* output, nuint capacity, void* input, nuint length);

    private protected abstract ulong GetFrameContentSize(void* input, nuint length);

    private protected abstract uint IsError(nuint result);

    private protected abstract string GetErrorName(nuint result);
}
