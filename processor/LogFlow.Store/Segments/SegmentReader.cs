using System.Buffers;
using System.Buffers.Binary;
using LogFlow.Platform;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Store;

/// <summary>
/// An open segment. Counted by its readers: the file is closed (and, once unlinked, freed) when the last one ends.
/// </summary>
internal sealed class SegmentReader
{
    private readonly SafeFileHandle _file;
    private int _references = 1;
    private SegmentIds? _ids;

    private SegmentReader(SafeFileHandle file, string path, long day, long length, SegmentFooter footer)
    {
        _file = file;
        Path = path;
        Day = day;
        Length = length;
        Footer = footer;
        var blocks = new SegmentBlock[footer.Blocks.Count];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = new SegmentBlock(this, i, footer.Blocks[i]);
            DocumentCount += blocks[i].Summary.RowCount;
            RawBytes += blocks[i].Summary.RawBytes;
            MaxSequence = Math.Max(MaxSequence, blocks[i].Summary.MaxSequence);
        }

        Blocks = blocks;
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    public long Day { get; }

    public long Length { get; }

    public SegmentFooter Footer { get; }

    public IReadOnlyList<SegmentBlock> Blocks { get; }

    public long DocumentCount { get; }

    public long RawBytes { get; }

    public long MaxSequence { get; } = -1;

    /// <exception cref="CorruptDataException">It is no whole segment.</exception>
    public static SegmentReader Open(string path, long day)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            var length = RandomAccess.GetLength(file);
            return new SegmentReader(file, path, day, length, ReadFooter(file, length));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Which ids its blocks may hold; read once and kept. Damaged blocks have none.</summary>
    public SegmentIds GetIds(Action<string, string> reportCorrupt) => _ids ??= SegmentIds.Of(this, reportCorrupt);

    public bool TryAddReference()
    {
        while (true)
        {
            var count = Volatile.Read(ref _references);
            if (count == 0)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _references, count + 1, count) == count)
            {
                return true;
            }
        }
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            _file.Dispose();
        }
    }

    /// <summary>Reads exactly the destination's length.</summary>
    /// <exception cref="CorruptDataException">The file ends before.</exception>
    public void Read(Span<byte> destination, long offset) => Read(_file, destination, offset);

    private static SegmentFooter ReadFooter(SafeFileHandle file, long length)
    {
        if (length < SegmentFile.BeginMark.Length + SegmentFile.TrailerLength)
        {
            throw new CorruptDataException("the file is too short for a segment");
        }

        Span<byte> trailer = stackalloc byte[SegmentFile.TrailerLength];
        Read(file, trailer[..SegmentFile.BeginMark.Length], 0);
        var beginsWell = trailer[..SegmentFile.BeginMark.Length].SequenceEqual(SegmentFile.BeginMark);
        Read(file, trailer, length - trailer.Length);
        var footerLength = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        if (!beginsWell || !trailer[8..].SequenceEqual(SegmentFile.EndMark)
            || footerLength > length - SegmentFile.TrailerLength - SegmentFile.BeginMark.Length
            || footerLength > int.MaxValue / 2)
        {
            throw new CorruptDataException("the segment's marks or footer length are damaged");
        }

        var data = ArrayPool<byte>.Shared.Rent((int)footerLength);
        try
        {
            var span = data.AsSpan(0, (int)footerLength);
            Read(file, span, length - trailer.Length - footerLength);
            if (Crc32C.Compute(span) != crc)
            {
                throw new CorruptDataException("the segment's footer fails its checksum");
            }

            var footer = SegmentFooter.Read(span);
            var end = length - SegmentFile.TrailerLength - footerLength;
            foreach (var block in footer.Blocks)
            {
                if (block.Offset < 0 || block.Offset + block.PagesLength + block.DirectoryLength > end)
                {
                    throw new CorruptDataException("a block lies outside of the segment");
                }
            }

            return footer;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(data);
        }
    }

    private static void Read(SafeFileHandle file, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            var count = RandomAccess.Read(file, destination, offset);
            if (count == 0)
            {
                throw new CorruptDataException("the segment file ends early");
            }

            destination = destination[count..];
            offset += count;
        }
    }
}
