using System.Reflection;
using System.Runtime.InteropServices;

namespace LogFlow.Platform;

/// <summary>Zstandard by the system's libzstd, which nearly every Linux distribution ships.</summary>
internal sealed unsafe partial class LibZstdCodec : ZstdCodec
{
    private const string Library = "libzstd";

    // ZSTD_DCtx_reset and the error codes are stable from 1.4.0 on.
    private const uint VersionMin = 10400;

    // ZSTD_reset_session_only.
    private const int ResetSession = 1;

    static LibZstdCodec() => NativeLibrary.SetDllImportResolver(typeof(LibZstdCodec).Assembly, Resolve);

    private LibZstdCodec()
    {
    }

    public override string Name => $"libzstd {VersionNumber()}";

    /// <summary>Null where the library is not on this machine or is too old.</summary>
    public static LibZstdCodec? TryLoad()
    {
        try
        {
            return VersionNumber() >= VersionMin ? new LibZstdCodec() : null;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException
            or BadImageFormatException)
        {
            return null;
        }
    }

    internal override void Free(nint context, bool compresses) =>
        _ = compresses ? FreeCCtx(context) : FreeDCtx(context);

    internal override nuint DecompressStream(
        nint context, void* output, nuint capacity, ref nuint written, void* input, nuint length, ref nuint read)
    {
        var outBuffer = new Buffer { Data = (nint)output, Size = capacity, Position = written };
        var inBuffer = new Buffer { Data = (nint)input, Size = length, Position = read };
        var left = DecompressStream(context, ref outBuffer, ref inBuffer);
        written = outBuffer.Position;
        read = inBuffer.Position;
        return left;
    }

    private protected override nint CreateCompressor() => CreateCCtx();

    private protected override nint CreateDecompressor() => CreateDCtx();

    private protected override nuint ResetDecompressor(nint context) => ResetDCtx(context, ResetSession);

    private protected override nuint GetDecompressorSize(nint context) => SizeOfDCtx(context);

    private protected override nuint RawCompress(
        nint context, void* output, nuint capacity, void* input, nuint length, int level) =>
        CompressCCtx(context, output, capacity, input, length, level);

    private protected override nuint RawDecompress(
        nint context, void* output, nuint capacity, void* input, nuint length) =>
        DecompressDCtx(context, output, capacity, input, length);

    private protected override ulong GetFrameContentSize(void* input, nuint length) =>
        FrameContentSize(input, length);

    private protected override uint IsError(nuint result) => IsErrorCode(result);

    private protected override string GetErrorName(nuint result) =>
        Marshal.PtrToStringUTF8(ErrorName(result)) ?? "unknown error";

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
        {
            return 0;
        }

        foreach (var candidate in (ReadOnlySpan<string>)["libzstd.so.1", "libzstd.1.dylib", "libzstd.dll", "libzstd"])
        {
            if (NativeLibrary.TryLoad(candidate, assembly, path, out var handle))
            {
                return handle;
            }
        }

        return 0;
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_versionNumber")]
    private static partial uint VersionNumber();

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsErrorCode(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    private static partial nint CreateCCtx();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    private static partial nuint FreeCCtx(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    private static partial nint CreateDCtx();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    private static partial nuint FreeDCtx(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_reset")]
    private static partial nuint ResetDCtx(nint context, int directive);

    [LibraryImport(Library, EntryPoint = "ZSTD_sizeof_DCtx")]
    private static partial nuint SizeOfDCtx(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressCCtx")]
    private static partial nuint CompressCCtx(
        nint context, void* destination, nuint capacity, void* source, nuint length, int level);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    private static partial nuint DecompressDCtx(
        nint context, void* destination, nuint capacity, void* source, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    private static partial nuint DecompressStream(nint context, ref Buffer output, ref Buffer input);

    [LibraryImport(Library, EntryPoint = "ZSTD_getFrameContentSize")]
    private static partial ulong FrameContentSize(void* source, nuint length);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer: pointer, size, position.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Buffer
    {
        public nint Data;
        public nuint Size;
        public nuint Position;
    }
}
