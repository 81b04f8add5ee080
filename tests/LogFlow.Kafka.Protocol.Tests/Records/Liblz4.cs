using System.Runtime.InteropServices;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>
/// The reference implementation of LZ4 frames, where this machine has it: our codec is held against it.
/// </summary>
internal static partial class Liblz4
{
    private const string Library = "liblz4.so.1";

    public static bool IsAvailable { get; } = NativeLibrary.TryLoad(Library, out _);

    public static unsafe byte[] CompressFrame(byte[] source, bool isLinked, bool hasChecksums, int blockSizeCode)
    {
        var preferences = new Preferences
        {
            BlockSizeId = blockSizeCode,
            BlockMode = isLinked ? 0 : 1,
            ContentChecksum = hasChecksums ? 1 : 0,
            BlockChecksum = hasChecksums ? 1 : 0,
            ContentSize = hasChecksums ? (ulong)source.Length : 0,
        };
        var result = new byte[(int)CompressFrameBound((nuint)source.Length, in preferences)];
        fixed (byte* output = result)
        fixed (byte* input = source)
        {
            var size = CompressFrame(output, (nuint)result.Length, input, (nuint)source.Length, in preferences);
            Assert.Equal(0u, IsError(size));
            return result[..(int)size];
        }
    }

    public static unsafe byte[] DecompressFrame(ReadOnlySpan<byte> frame, int capacity)
    {
        Assert.Equal(0u, IsError(CreateDecompressionContext(out var context, 100)));
        try
        {
            var result = new byte[capacity];
            nuint written = 0;
            nuint position = 0;
            nuint hint = 1;
            fixed (byte* output = result)
            fixed (byte* input = frame)
            {
                while (hint != 0)
                {
                    var outputSize = (nuint)capacity - written;
                    var inputSize = (nuint)frame.Length - position;
                    hint = Decompress(context, output + written, ref outputSize, input + position, ref inputSize, 0);
                    Assert.Equal(0u, IsError(hint));
                    Assert.True(inputSize > 0 || outputSize > 0, "liblz4 makes no progress");
                    written += outputSize;
                    position += inputSize;
                }
            }

            Assert.Equal((nuint)frame.Length, position);
            return result[..(int)written];
        }
        finally
        {
            _ = FreeDecompressionContext(context);
        }
    }

    [LibraryImport(Library, EntryPoint = "LZ4F_compressFrameBound")]
    private static partial nuint CompressFrameBound(nuint size, in Preferences preferences);

    [LibraryImport(Library, EntryPoint = "LZ4F_compressFrame")]
    private static unsafe partial nuint CompressFrame(
        byte* output, nuint capacity, byte* input, nuint size, in Preferences preferences);

    [LibraryImport(Library, EntryPoint = "LZ4F_isError")]
    private static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "LZ4F_createDecompressionContext")]
    private static partial nuint CreateDecompressionContext(out nint context, uint version);

    [LibraryImport(Library, EntryPoint = "LZ4F_freeDecompressionContext")]
    private static partial nuint FreeDecompressionContext(nint context);

    [LibraryImport(Library, EntryPoint = "LZ4F_decompress")]
    private static unsafe partial nuint Decompress(
        nint context, byte* output, ref nuint outputSize, byte* input, ref nuint inputSize, nint options);

    /// <summary>LZ4F_preferences_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Preferences
    {
        public int BlockSizeId;
        public int BlockMode;
        public int ContentChecksum;
        public int FrameType;
        public ulong ContentSize;
        public uint DictionaryId;
        public int BlockChecksum;
        public int CompressionLevel;
        public uint AutoFlush;
        public uint FavorDecompressionSpeed;
        public uint Reserved1;
        public uint Reserved2;
        public uint Reserved3;
    }
}
