using System.Buffers;
using System.Buffers.Binary;
using K4os.Compression.LZ4;
using K4os.Hash.xxHash;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Decompresses LZ4 frames (see <see cref="Lz4Codec"/>) block by block: straight into the reader's destination where it
/// has room for the largest block, else by way of a window of one block and the 64 KiB that linked blocks reach back.
/// </summary>
internal sealed class Lz4Stream(ReadOnlyMemory<byte> source, int lengthMax) : DecompressionStream(lengthMax)
{
    private const int HistoryBytesMax = 64 * 1024;

    // A byte of a match length stands for 255 bytes.
    private const int ExpansionMax = 255;

    private int _position;

    // The frame being read.
    private bool _isInFrame;
    private byte _flags;
    private int _blockBytesMax;
    private ulong _statedLength;
    private ulong _frameLength;
    private XXH32.State _checksum;

    // History ends, and the block begins, at HistoryBytesMax. What is pending was decompressed and not yet taken.
    private byte[]? _window;
    private int _historyLength;
    private int _pendingStart;
    private int _pendingEnd;

    public override void Dispose()
    {
        if (_window is { } window)
        {
            _window = null;
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    private protected override int ReadSome(Span<byte> destination)
    {
        while (_pendingStart == _pendingEnd)
        {
            if (!_isInFrame)
            {
                if (_position == source.Length)
                {
                    return 0;
                }

                BeginFrame();
            }

            var header = ReadUInt32();
            if (header == 0)
            {
                EndFrame();
            }
            else if (ReadBlock(header, destination) is > 0 and var read)
            {
                return read;
            }
        }

        var count = Math.Min(destination.Length, _pendingEnd - _pendingStart);
        _window.AsSpan(_pendingStart, count).CopyTo(destination);
        _pendingStart += count;
        return count;
    }

    private static InvalidDataException Damaged() => new("lz4 frame is damaged");

    private void BeginFrame()
    {
        var data = source.Span[_position..];
        if (data.Length < 7 || BinaryPrimitives.ReadUInt32LittleEndian(data) != Lz4Codec.Magic)
        {
            throw Damaged();
        }

        _flags = data[4];
        var blockSizeCode = (data[5] >> 4) & 7;
        if ((_flags & Lz4Codec.VersionMask) != Lz4Codec.Version
            || (_flags & Lz4Codec.DictionaryId) != 0
            || blockSizeCode < 4)
        {
            throw Damaged();
        }

        var length = Has(Lz4Codec.ContentSize) ? 14 : 6;
        if (data.Length <= length || data[length] != Lz4Codec.HeaderChecksum(data[4..length]))
        {
            throw Damaged();
        }

        _statedLength = Has(Lz4Codec.ContentSize) ? BinaryPrimitives.ReadUInt64LittleEndian(data[6..]) : 0;
        _blockBytesMax = 1 << (8 + (2 * blockSizeCode));
        _position += length + 1;
        _historyLength = 0;
        _pendingStart = HistoryBytesMax;
        _pendingEnd = HistoryBytesMax;
        _frameLength = 0;
        XXH32.Reset(ref _checksum);
        _isInFrame = true;
    }

    private void EndFrame()
    {
        if ((Has(Lz4Codec.ContentSize) && _statedLength != _frameLength)
            || (Has(Lz4Codec.ContentChecksum) && ReadUInt32() != XXH32.Digest(_checksum)))
        {
            throw Damaged();
        }

        _isInFrame = false;
    }

    /// <summary>Returns the bytes written to <paramref name="destination"/>; 0 where they are pending now.</summary>
    private int ReadBlock(uint header, Span<byte> destination)
    {
        var size = header & ~Lz4Codec.NotCompressed;
        if (size > source.Length - _position || size > _blockBytesMax)
        {
            throw Damaged();
        }

        var block = source.Span.Slice(_position, (int)size);
        _position += (int)size;
        if (Has(Lz4Codec.BlockChecksum) && ReadUInt32() != XXH32.DigestOf(block))
        {
            throw Damaged();
        }

        var isStored = (header & Lz4Codec.NotCompressed) != 0;
        var lengthMax = isStored ? block.Length : (int)Math.Min(_blockBytesMax, block.Length * (long)ExpansionMax);
        if (Has(Lz4Codec.IndependentBlocks) && lengthMax <= destination.Length)
        {
            return Decode(block, isStored, destination[..lengthMax], default);
        }

        KeepHistory();
        EnsureWindow(lengthMax);
        var history = _window.AsSpan(HistoryBytesMax - _historyLength, _historyLength);
        var length = Decode(block, isStored, _window.AsSpan(HistoryBytesMax, lengthMax), history);
        _pendingStart = HistoryBytesMax;
        _pendingEnd = HistoryBytesMax + length;
        return 0;
    }

    private int Decode(ReadOnlySpan<byte> block, bool isStored, Span<byte> target, ReadOnlySpan<byte> history)
    {
        var length = target.Length;
        if (isStored)
        {
            block.CopyTo(target);
        }
        else
        {
            length = block.IsEmpty ? -1
                : history.IsEmpty ? LZ4Codec.Decode(block, target)
                : LZ4Codec.Decode(block, target, history);
            if (length < 0)
            {
                throw Damaged();
            }
        }

        _frameLength += (uint)length;
        if (Has(Lz4Codec.ContentChecksum))
        {
            XXH32.Update(ref _checksum, target[..length]);
        }

        return length;
    }

    /// <summary>Makes the end of the last block, which was read wholly, the history of the next.</summary>
    private void KeepHistory()
    {
        if (_window is null || Has(Lz4Codec.IndependentBlocks))
        {
            return;
        }

        var length = _pendingEnd - HistoryBytesMax;
        var kept = Math.Min(HistoryBytesMax, _historyLength + length);
        _window.AsSpan(HistoryBytesMax + length - kept, kept).CopyTo(_window.AsSpan(HistoryBytesMax - kept));
        _historyLength = kept;
    }

    private void EnsureWindow(int lengthMax)
    {
        if (_window is not null && _window.Length - HistoryBytesMax >= lengthMax)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(HistoryBytesMax + lengthMax);
        _window?.AsSpan(0, HistoryBytesMax).CopyTo(larger);
        Dispose();
        _window = larger;
    }

    private bool Has(byte flag) => (_flags & flag) != 0;

    private uint ReadUInt32()
    {
        if (source.Length - _position < sizeof(uint))
        {
            throw Damaged();
        }

        var value = BinaryPrimitives.ReadUInt32LittleEndian(source.Span[_position..]);
        _position += sizeof(uint);
        return value;
    }
}
