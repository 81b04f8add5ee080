using ZstdSharp.Unsafe;

namespace LogFlow.Platform;

/// <summary>Zstandard by ZstdSharp.Port, a port of the reference to C#: runs wherever .NET does.</summary>
internal sealed unsafe class ZstdSharpCodec : ZstdCodec
{
    private ZstdSharpCodec()
    {
    }

    public static ZstdSharpCodec Instance { get; } = new();

    public override string Name => $"ZstdSharp {Methods.ZSTD_versionNumber()}";

    internal override void Free(nint context, bool compresses) =>
        _ = compresses
            ? Methods.ZSTD_freeCCtx((ZSTD_CCtx_s*)context)
            : Methods.ZSTD_freeDCtx((ZSTD_DCtx_s*)context);

    internal override nuint DecompressStream(
        nint context, void* output, nuint capacity, ref nuint written, void* input, nuint length, ref nuint read)
    {
        var outBuffer = new ZSTD_outBuffer_s { dst = output, size = capacity, pos = written };
        var inBuffer = new ZSTD_inBuffer_s { src = input, size = length, pos = read };
        var left = Methods.ZSTD_decompressStream((ZSTD_DCtx_s*)context, &outBuffer, &inBuffer);
        written = outBuffer.pos;
        read = inBuffer.pos;
        return left;
    }

    private protected override nint CreateCompressor() => (nint)Methods.ZSTD_createCCtx();

    private protected override nint CreateDecompressor() => (nint)Methods.ZSTD_createDCtx();

    private protected override nuint ResetDecompressor(nint context) =>
        Methods.ZSTD_DCtx_reset((ZSTD_DCtx_s*)context, ZSTD_ResetDirective.ZSTD_reset_session_only);

    private protected override nuint GetDecompressorSize(nint context) =>
        Methods.ZSTD_sizeof_DCtx((ZSTD_DCtx_s*)context);

    private protected override nuint RawCompress(
        nint context, void* output, nuint capacity, void* input, nuint length, int level) =>
        Methods.ZSTD_compressCCtx((ZSTD_CCtx_s*)context, output, capacity, input, length, level);

    private protected override nuint RawDecompress(
        nint context, void* output, nuint capacity, void* input, nuint length) =>
        Methods.ZSTD_decompressDCtx((ZSTD_DCtx_s*)context, output, capacity, input, length);

    private protected override ulong GetFrameContentSize(void* input, nuint length) =>
        Methods.ZSTD_getFrameContentSize(input, length);

    private protected override uint IsError(nuint result) => Methods.ZSTD_isError(result) ? 1u : 0u;

    private protected override string GetErrorName(nuint result) => Methods.ZSTD_getErrorName(result);
}
