namespace LogFlow.Platform;

/// <summary>
/// Decompresses consecutive frames in pieces. What it holds is the frame's window, of which no more is touched than was
/// decompressed. Not thread-safe; must be disposed.
/// </summary>
public sealed unsafe class ZstdDecompressor : IDisposable
{
    private readonly ZstdCodec _codec;
    private ZstdContext? _context;

    // Data that ends here is whole. No data at all is not.
    private bool _isAtFrameEnd;

    // Of the frame being read; zstd itself does not see that a frame whose last block is empty holds less than it says.
    private bool _isInFrame;
    private long _statedLength;
    private long _frameLength;

    internal ZstdDecompressor(ZstdCodec codec, ZstdContext context)
    {
        _codec = codec;
        _context = context;
    }

    /// <summary>
    /// Goes on in <paramref name="source"/>, the whole data each time, at <paramref name="position"/>, and fills
    /// <paramref name="destination"/> as far as it goes. Nothing written means that the data ended where a frame ends.
    /// </summary>
    /// <exception cref="InvalidDataException">Damaged, or cut short.</exception>
    public int Read(ReadOnlySpan<byte> source, ref int position, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_context is null, this);
        if (_isAtFrameEnd && position == source.Length)
        {
            return 0;
        }

        var read = (nuint)position;
        nuint written = 0;
        fixed (byte* input = source)
        fixed (byte* output = destination)
        {
            while (written < (nuint)destination.Length)
            {
                if (!_isInFrame)
                {
                    _isInFrame = true;
                    _frameLength = 0;
                    _statedLength = _codec.GetStatedLength(source[(int)read..]);
                }

                var (readBefore, writtenBefore) = (read, written);
                var left = _codec.DecompressStream(
                    _context.DangerousGetHandle(),
                    output,
                    (nuint)destination.Length,
                    ref written,
                    input,
                    (nuint)source.Length,
                    ref read);
                _codec.Check(left);
                _frameLength += (long)(written - writtenBefore);
                _isAtFrameEnd = left == 0;
                if (_isAtFrameEnd)
                {
                    EndFrame();
                }

                if (_isAtFrameEnd && read == (nuint)source.Length)
                {
                    break;
                }

                if (read == readBefore && written == writtenBefore)
                {
                    throw new InvalidDataException("zstd frame is cut short");
                }
            }
        }

        position = (int)read;
        return (int)written;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _context, null) is { } context)
        {
            _codec.TakeBack(context);
        }
    }

    private void EndFrame()
    {
        _isInFrame = false;
        if (_statedLength >= 0 && _frameLength != _statedLength)
        {
            throw new InvalidDataException(
                $"a zstd frame states {_statedLength} bytes of content and holds {_frameLength}");
        }
    }
}
