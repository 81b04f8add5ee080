using System.Runtime.InteropServices;

namespace LogFlow.Platform;

/// <summary>
/// Zstandard (RFC 8878) through the system's libzstd, which every Linux distribution ships. Where it is not found
/// <see cref="IsAvailable"/> is false and callers fall back to a codec of .NET's own.
/// Contexts are kept per thread: making one costs far more than compressing a block.
/// </summary>
public static partial class Zstd
{
    private const string Library = "libzstd";
    private const ulong ContentSizeUnknown = ulong.MaxValue;
    private const ulong ContentSizeError = ulong.MaxValue - 1;

    [ThreadStatic]
    private static ContextHandle? _compressor;

    [ThreadStatic]
    private static ContextHandle? _decompressor;

    static Zstd()
    {
        NativeLibrary.SetDllImportResolver(typeof(Zstd).Assembly, Resolve);
        IsAvailable = Probe();
    }

    /// <summary>Whether libzstd was found on this machine.</summary>
    public static bool IsAvailable { get; }

    /// <summary>The size that the compressed form of <paramref name="length"/> bytes never exceeds.</summary>
    public static int CompressBound(int length) => checked((int)((uint)length + ((uint)length >> 8) + 512));

    /// <summary>Compresses into <paramref name="destination"/> and returns the number of bytes written.</summary>
    /// <exception cref="InvalidDataException">The destination is smaller than needed.</exception>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level = 1)
    {
        var context = _compressor ??= ContextHandle.Compressor();
        return Check(CompressCCtx(
            context.DangerousGetHandle(),
            ref MemoryMarshal.GetReference(destination),
            (nuint)destination.Length,
            in MemoryMarshal.GetReference(source),
            (nuint)source.Length,
            level));
    }

    /// <summary>
    /// The decompressed size of the frame that <paramref name="source"/> starts with, or -1 where the frame does not
    /// say (streams written without a known size).
    /// </summary>
    /// <exception cref="InvalidDataException">Not a zstd frame.</exception>
    public static long GetDecompressedLength(ReadOnlySpan<byte> source)
    {
        var size = GetFrameContentSize(in MemoryMarshal.GetReference(source), (nuint)source.Length);
        return size switch
        {
            ContentSizeUnknown => -1,
            ContentSizeError => throw new InvalidDataException("not a zstd frame"),
            _ => checked((long)size),
        };
    }

    /// <summary>Decompresses whole frames into <paramref name="destination"/>; returns the bytes written.</summary>
    /// <exception cref="InvalidDataException">Damaged input, or a destination that is too small.</exception>
    public static int Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var context = _decompressor ??= ContextHandle.Decompressor();
        return Check(DecompressDCtx(
            context.DangerousGetHandle(),
            ref MemoryMarshal.GetReference(destination),
            (nuint)destination.Length,
            in MemoryMarshal.GetReference(source),
            (nuint)source.Length));
    }

    /// <summary>
    /// Decompresses frames of unknown size, growing the result up to <paramref name="lengthMax"/> bytes.
    /// </summary>
    /// <exception cref="InvalidDataException">Damaged input, or more than <paramref name="lengthMax"/>
    /// bytes.</exception>
    public static byte[] DecompressUnknownLength(ReadOnlySpan<byte> source, int lengthMax)
    {
        var context = _decompressor ??= ContextHandle.Decompressor();
        Check(ResetDCtx(context.DangerousGetHandle(), 1));
        var result = new byte[Math.Min(lengthMax, Math.Max(4096, source.Length * 4))];
        var written = 0;
        unsafe
        {
            fixed (byte* input = source)
            {
                var inBuffer = new Buffer { Data = (nint)input, Size = (nuint)source.Length };
                while (true)
                {
                    nuint left;
                    fixed (byte* output = result)
                    {
                        var outBuffer = new Buffer
                        {
                            Data = (nint)output,
                            Size = (nuint)result.Length,
                            Position = (nuint)written,
                        };
                        left = DecompressStream(context.DangerousGetHandle(), ref outBuffer, ref inBuffer);
                        Check(left);
                        written = (int)outBuffer.Position;
                    }

                    var inputDone = inBuffer.Position == inBuffer.Size;
                    if (inputDone && left == 0)
                    {
                        return written == result.Length ? result : result[..written];
                    }

                    if (written < result.Length)
                    {
                        if (inputDone)
                        {
                            throw new InvalidDataException("zstd frame is cut short");
                        }

                        continue;
                    }

                    if (result.Length >= lengthMax)
                    {
                        throw new InvalidDataException($"zstd data exceeds {lengthMax} bytes");
                    }

                    Array.Resize(ref result, (int)Math.Min(lengthMax, (long)result.Length * 2));
                }
            }
        }
    }

    private static int Check(nuint result) =>
        IsError(result) == 0
            ? checked((int)result)
            : throw new InvalidDataException($"zstd: {Marshal.PtrToStringUTF8(GetErrorName(result))}");

    private static bool Probe()
    {
        try
        {
            return VersionNumber() >= 10400;
        }
        catch (DllNotFoundException)
        {
            return false;
        }
    }

    private static nint Resolve(string name, System.Reflection.Assembly assembly, DllImportSearchPath? path)
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
    private static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint GetErrorName(nuint code);

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

    [LibraryImport(Library, EntryPoint = "ZSTD_compressCCtx")]
    private static partial nuint CompressCCtx(
        nint context, ref byte destination, nuint capacity, in byte source, nuint length, int level);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    private static partial nuint DecompressDCtx(
        nint context, ref byte destination, nuint capacity, in byte source, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    private static partial nuint DecompressStream(nint context, ref Buffer output, ref Buffer input);

    [LibraryImport(Library, EntryPoint = "ZSTD_getFrameContentSize")]
    private static partial ulong GetFrameContentSize(in byte source, nuint length);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer: pointer, size, position.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Buffer
    {
        public nint Data;
        public nuint Size;
        public nuint Position;
    }

    /// <summary>Frees a native context when its thread is gone.</summary>
    private sealed class ContextHandle : SafeHandle
    {
        private readonly bool _compresses;

        private ContextHandle(nint context, bool compresses)
            : base(0, ownsHandle: true)
        {
            if (context == 0)
            {
                throw new OutOfMemoryException("libzstd could not allocate a context");
            }

            _compresses = compresses;
            SetHandle(context);
        }

        public override bool IsInvalid => handle == 0;

        public static ContextHandle Compressor() => new(CreateCCtx(), compresses: true);

        public static ContextHandle Decompressor() => new(CreateDCtx(), compresses: false);

        protected override bool ReleaseHandle()
        {
            _ = _compresses ? FreeCCtx(handle) : FreeDCtx(handle);
            return true;
        }
    }
}
