using System.Runtime.InteropServices;

namespace LogFlow.Platform;

/// <content>Decompression in pieces, for frames that do not state their size.</content>
public static partial class Zstd
{
    /// <summary>The compressed size of the frame that <paramref name="source"/> starts with.</summary>
    /// <exception cref="InvalidDataException">Damaged or cut short.</exception>
    public static int GetCompressedFrameLength(ReadOnlySpan<byte> source) =>
        Check(FindFrameCompressedSize(in MemoryMarshal.GetReference(source), (nuint)source.Length));

    [LibraryImport(Library, EntryPoint = "ZSTD_findFrameCompressedSize")]
    private static partial nuint FindFrameCompressedSize(in byte source, nuint length);

    /// <summary>
    /// Decompresses consecutive frames into buffers of the caller's. Uses the thread's context: one at a time on a
    /// thread, and not across an await (which the compiler sees to, this being a ref struct).
    /// </summary>
    public ref struct StreamDecompressor
    {
        private readonly ReadOnlySpan<byte> _source;
        private nuint _position;

        /// <summary>Starts at the beginning of <paramref name="source"/>.</summary>
        public StreamDecompressor(ReadOnlySpan<byte> source)
        {
            _source = source;
            var context = _decompressor ??= ContextHandle.Decompressor();
            Check(ResetDCtx(context.DangerousGetHandle(), 1));
        }

        /// <summary>Fills <paramref name="destination"/> as far as it goes; returns the bytes written.</summary>
        /// <exception cref="InvalidDataException">Damaged or cut short.</exception>
        public unsafe int Read(Span<byte> destination, out bool isDone)
        {
            fixed (byte* input = _source)
            fixed (byte* output = destination)
            {
                var inBuffer = new Buffer { Data = (nint)input, Size = (nuint)_source.Length, Position = _position };
                var outBuffer = new Buffer { Data = (nint)output, Size = (nuint)destination.Length };
                var left = DecompressStream(_decompressor!.DangerousGetHandle(), ref outBuffer, ref inBuffer);
                Check(left);
                var isStuck = inBuffer.Position == _position && outBuffer.Position == 0 && destination.Length > 0;
                _position = inBuffer.Position;
                isDone = left == 0 && _position == (nuint)_source.Length;
                if (isStuck && !isDone)
                {
                    throw new InvalidDataException("zstd frame is cut short");
                }

                return (int)outBuffer.Position;
            }
        }

        /// <summary>Forgets a frame that was left unfinished, so that the thread's context is fresh.</summary>
        public readonly void Dispose() => Check(ResetDCtx(_decompressor!.DangerousGetHandle(), 1));
    }
}
