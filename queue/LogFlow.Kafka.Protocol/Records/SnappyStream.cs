using System.Buffers;
using System.Buffers.Binary;
using Snappier;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Decompresses snappy, with xerial's framing (see <see cref="SnappyCodec"/>) or bare. A block is decompressed whole:
/// its copies may reach back to its start. So a bare one is held whole where the reader's destination is smaller.
/// </summary>
internal sealed class SnappyStream : DecompressionStream
{
    // The best that the format does: a copy of 64 bytes in three.
    private const int ExpansionMax = 22;

    private readonly ReadOnlyMemory<byte> _source;
    private readonly bool _isFramed;
    private int _position;

    // What was decompressed and did not fit yet.
    private byte[]? _block;
    private int _blockStart;
    private int _blockEnd;

    public SnappyStream(ReadOnlyMemory<byte> source, int lengthMax)
        : base(lengthMax)
    {
        _source = source;
        _isFramed = source.Length >= SnappyCodec.FramingHeaderSize
            && source.Span.StartsWith(SnappyCodec.FramingMagic);
        if (_isFramed)
        {
            _position = SnappyCodec.FramingHeaderSize;
        }
        else
        {
            StatedLength = ReadLength(source.Span);
        }
    }

    internal override int StatedLength { get; } = -1;

    public override void Dispose()
    {
        if (_block is { } block)
        {
            _block = null;
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private protected override int ReadSome(Span<byte> destination)
    {
        while (_blockStart == _blockEnd)
        {
            if (_position == _source.Length)
            {
                return 0;
            }

            var block = NextBlock();
            var length = ReadLength(block);
            if (length <= destination.Length)
            {
                Decompress(block, destination[..length]);
                if (length > 0)
                {
                    return length;
                }
            }
            else
            {
                Decompress(block, Hold(length));
            }
        }

        var count = Math.Min(destination.Length, _blockEnd - _blockStart);
        _block.AsSpan(_blockStart, count).CopyTo(destination);
        _blockStart += count;
        return count;
    }

    private static void Decompress(ReadOnlySpan<byte> block, Span<byte> destination)
    {
        try
        {
            if (SnappyElements.SumLengths(block) == destination.Length
                && Snappy.Decompress(block, destination) == destination.Length)
            {
                return;
            }
        }
        catch (ArgumentException error)
        {
            throw Damaged(error);
        }

        throw Damaged();
    }

    private static InvalidDataException Damaged(Exception? error = null) => new("snappy data is damaged", error);

    private ReadOnlySpan<byte> NextBlock()
    {
        var rest = _source.Span[_position..];
        if (!_isFramed)
        {
            _position = _source.Length;
            return rest;
        }

        if (rest.Length < sizeof(int))
        {
            throw Damaged();
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(rest);
        rest = rest[sizeof(int)..];
        if ((uint)length > (uint)rest.Length)
        {
            throw Damaged();
        }

        _position += sizeof(int) + length;
        return rest[..length];
    }

    /// <summary>
    /// The size that the block says it decompresses to (a varint in front of it), held against what can come out of so
    /// many bytes and against the limit, before anything is rented for it.
    /// </summary>
    private int ReadLength(ReadOnlySpan<byte> block)
    {
        ulong length = 0;
        for (var position = 0; position < Math.Min(5, block.Length); position++)
        {
            length |= (ulong)(block[position] & 0x7f) << (7 * position);
            if (block[position] < 0x80)
            {
                return length > (ulong)block.Length * ExpansionMax
                    ? throw Damaged()
                    : length > (ulong)Remaining ? throw TooLong() : (int)length;
            }
        }

        throw Damaged();
    }

    private Span<byte> Hold(int length)
    {
        if (_block is null || _block.Length < length)
        {
            Dispose();
            _block = ArrayPool<byte>.Shared.Rent(length);
        }

        _blockStart = 0;
        _blockEnd = length;
        return _block.AsSpan(0, length);
    }
}
