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
    private IReadOnlyDictionary<string, BlockContents>? _byIndex;

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

    /// <summary>One of the footer's copies cannot be read, or none of them.</summary>
    public bool IsFooterDamaged { get; private init; }

    /// <summary>No footer can be read: the blocks were found by their trailers.</summary>
    public bool IsFoundAgain { get; private init; }

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
            try
            {
                var footer = SegmentFooterReader.Read(file, length, out var isDamaged);
                return new SegmentReader(file, path, day, length, footer) { IsFooterDamaged = isDamaged };
            }
            catch (CorruptDataException)
            {
                if (SegmentWalk.TryRead(file, length) is not { } found)
                {
                    throw;
                }

                var segment = new SegmentReader(file, path, day, length, found)
                {
                    IsFooterDamaged = true,
                    IsFoundAgain = true,
                };
                segment.AddContents();
                return segment;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The head of the file; null: it has none, or it is damaged.</summary>
    public SegmentFooter? TryReadHead() => SegmentHead.TryRead(_file, Length, out _);

    /// <summary>
    /// Whether the footer names the indices of all blocks: not where it was lost, and a block is damaged.
    /// </summary>
    public bool AreIndicesKnown { get; private set; } = true;

    /// <summary>Which ids its blocks may hold; read once and kept. Damaged blocks have none.</summary>
    public SegmentIds GetIds(Action<string, string> reportCorrupt) => _ids ??= SegmentIds.Of(this, reportCorrupt);

    /// <summary>The fields of each of its indices; read once and kept. Damaged blocks have none.</summary>
    public IReadOnlyDictionary<string, BlockContents> GetContentsByIndex(Action<string, string> reportCorrupt) =>
        _byIndex ??= Footer.Contents.Indices is { Count: 1 } only
            ? new Dictionary<string, BlockContents>(StringComparer.Ordinal) { [only.Keys.First()] = Footer.Contents }
            : IndexContents.Of(Blocks, reportCorrupt);

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

    /// <summary>What the footer would say of indices and fields. Damaged blocks count nothing.</summary>
    private void AddContents()
    {
        foreach (var block in Blocks)
        {
            try
            {
                Footer.Contents.Add(BlockContentsReader.Read(block));
            }
            catch (CorruptDataException)
            {
                // Whoever searches the block meets the same damage, and reports it.
                AreIndicesKnown = false;
            }
        }
    }

    /// <summary>Reads exactly the destination's length.</summary>
    /// <exception cref="CorruptDataException">The file ends before.</exception>
    public void Read(Span<byte> destination, long offset) => Read(_file, destination, offset);

    internal static void Read(SafeFileHandle file, Span<byte> destination, long offset)
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
