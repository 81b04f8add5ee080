namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Decompresses piece by piece: what comes out never stands in memory as a whole, and never exceeds a limit. Not
/// thread-safe; must be disposed. See <see cref="Compression.Open"/>.
/// </summary>
public abstract class DecompressionStream : IDisposable
{
    private readonly int _lengthMax;
    private long _length;

    private protected DecompressionStream(int lengthMax) => _lengthMax = lengthMax;

    /// <summary>
    /// The size that the data claims to have in all; -1 where it does not say. It may be a lie, but none above
    /// <see cref="Remaining"/>: that is refused when the stream is opened.
    /// </summary>
    internal virtual int StatedLength => -1;

    /// <summary>Bytes that may still come out.</summary>
    private protected int Remaining => (int)Math.Max(0, _lengthMax - _length);

    /// <summary>
    /// Writes some bytes, at least one where there are any left and there is room; 0 is the end of the data.
    /// </summary>
    /// <exception cref="InvalidDataException">Damaged data, or more bytes than allowed.</exception>
    public int Read(Span<byte> destination)
    {
        // At the limit one byte more is asked for: its absence is the regular end, its presence the error.
        var room = (int)Math.Min(destination.Length, Remaining + 1L);
        var read = room > 0 ? ReadSome(destination[..room]) : 0;
        _length += read;
        return _length <= _lengthMax ? read : throw TooLong();
    }

    /// <summary>Fills <paramref name="destination"/> unless the data ends before; returns the bytes written.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public int ReadFully(Span<byte> destination)
    {
        var filled = 0;
        while (filled < destination.Length && Read(destination[filled..]) is > 0 and var read)
        {
            filled += read;
        }

        return filled;
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <inheritdoc cref="Read"/>
    /// <param name="destination">Is not empty.</param>
    private protected abstract int ReadSome(Span<byte> destination);

    private protected InvalidDataException TooLong() => new($"records decompress to more than {_lengthMax} bytes");
}
