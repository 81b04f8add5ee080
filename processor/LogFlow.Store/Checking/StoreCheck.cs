using System.Buffers;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>
/// Reads every page of a store's segments, which searches read only when they need them: damage is found while the
/// queue still has the records. What it mends is what can be made again from what is whole: footers, also both, the
/// head, marks and trailers. A block that is damaged stays where it is, as searches pass it over and say so.
/// </summary>
public sealed class StoreCheck
{
    private readonly string _directory;
    private readonly bool _repairs;
    private readonly List<StoreProblem> _problems = [];
    private int _segments;
    private int _blocks;
    private long _documents;
    private long _bytes;

    private StoreCheck(string directory, bool repairs)
    {
        _directory = directory;
        _repairs = repairs;
    }

    /// <summary>Checks a store's folder. A check alone may run beside the store; mending needs it stopped.</summary>
    /// <param name="directory">The store's <c>path.data</c>.</param>
    /// <param name="repairs">Mend what can be mended.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="DirectoryLockedException">It is to be mended, and a store has it open.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no store.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static StoreCheckResult Run(string directory, bool repairs, CancellationToken stop)
    {
        var days = Path.Combine(directory, "days");
        if (!Directory.Exists(days))
        {
            throw new DirectoryNotFoundException($"{directory} holds no store (it has no folder 'days')");
        }

        using var hold = repairs ? DirectoryLock.Acquire(directory) : null;
        return new StoreCheck(directory, repairs).Run(days, stop);
    }

    private StoreCheckResult Run(string days, CancellationToken stop)
    {
        CheckPositions();
        foreach (var folder in Directory.GetDirectories(days).Order(StringComparer.Ordinal))
        {
            if (!SegmentFile.TryParseDay(Path.GetFileName(folder), out var day))
            {
                continue;
            }

            foreach (var path in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
            {
                stop.ThrowIfCancellationRequested();
                if (path.EndsWith(SegmentFile.CorruptExtension, StringComparison.Ordinal))
                {
                    _problems.Add(new StoreProblem(
                        path, "segment", "it was put aside: its footers and its head are damaged", null));
                }
                else if (path.EndsWith(SegmentFile.Extension, StringComparison.Ordinal))
                {
                    CheckSegment(path, day, stop);
                }
            }
        }

        return new StoreCheckResult(_segments, _blocks, _documents, _bytes, _problems);
    }

    private void CheckPositions()
    {
        try
        {
            PositionFile.Read(_directory);
        }
        catch (CorruptDataException error)
        {
            // The segments have them, too, and the next commit writes the file anew.
            _problems.Add(new StoreProblem(Path.Combine(_directory, PositionFile.Name), "file", error.Message, 0));
        }
    }

    private void CheckSegment(string path, long day, CancellationToken stop)
    {
        SegmentReader segment;
        try
        {
            segment = SegmentReader.Open(path, day);
        }
        catch (FileNotFoundException)
        {
            // A store that runs beside has merged it, or retention took it.
            return;
        }
        catch (CorruptDataException error)
        {
            _problems.Add(new StoreProblem(path, "segment", error.Message, null));
            return;
        }

        try
        {
            _segments++;
            _documents += segment.DocumentCount;
            _bytes += segment.Length;
            foreach (var block in segment.Blocks)
            {
                stop.ThrowIfCancellationRequested();
                CheckBlock(block);
            }

            CheckFrame(segment);
        }
        finally
        {
            segment.Release();
        }
    }

    private void CheckBlock(SegmentBlock block)
    {
        _blocks++;
        try
        {
            using var scan = new BlockScan(block);
            foreach (var column in scan.Directory.Columns)
            {
                scan.Load(column);
                if (column.Has(ColumnFlags.HasBloom))
                {
                    block.ReadBloom(column, out var bloom);
                    Return(bloom);
                }
            }
        }
        catch (CorruptDataException error)
        {
            var (from, to) = (block.Summary.MinTimeMs, block.Summary.MaxTimeMs);
            _problems.Add(new StoreProblem(
                block.Segment.Path,
                $"block {block.Index}, {TimeText.FormatMs(from)} to {TimeText.FormatMs(to)}",
                error.Message,
                block.Summary.RowCount));
        }
    }

    private void CheckFrame(SegmentReader segment)
    {
        var place = segment.IsFoundAgain ? "footers" : "footer";
        var reason = segment.Footer.IsIncomplete
            ? $"blocks are missing; {segment.Blocks.Count} are there, with {segment.DocumentCount} documents"
            : segment.IsFoundAgain ? "both are damaged; all blocks were found without them"
            : segment.IsFooterDamaged || !HasWholeCopy(segment) ? "its mark, or one of its two footers, is damaged"
            : DamageOfHead(segment);
        if (reason is null)
        {
            return;
        }

        // What was put together from a rest stays that, with footers of its own.
        if (_repairs && (segment.IsFooterDamaged || !segment.Footer.IsIncomplete))
        {
            SegmentRewriter.Rewrite(segment);
        }

        _problems.Add(new StoreProblem(
            segment.Path, place, reason, segment.Footer.IsIncomplete ? null : 0,
            IsRepaired: _repairs && !segment.Footer.IsIncomplete));
    }

    /// <summary>Whether the footer before the last one says the same; former segments have one alone.</summary>
    private static bool HasWholeCopy(SegmentReader segment)
    {
        var written = new ByteWriter();
        SegmentWriter.WriteFooter(segment.Footer, written);
        var rest = segment.Length - EndOfBlocks(segment);
        if (rest == written.Length)
        {
            return true;
        }

        if (rest < 2L * written.Length)
        {
            return false;
        }

        var copy = new byte[written.Length];
        segment.Read(copy, segment.Length - (2L * written.Length));
        return written.Written.SequenceEqual(copy);
    }

    /// <summary>What only a segment without footers needs: its head, and the trailers of its blocks.</summary>
    private static string? DamageOfHead(SegmentReader segment)
    {
        if (segment.Blocks.All(block => block.Location.Offset == SegmentFile.BeginMark.Length || block.Index > 0))
        {
            // Of an earlier version: it has neither.
            return null;
        }

        if (segment.TryReadHead() is null)
        {
            return "its head is damaged";
        }

        var data = new byte[BlockTrailer.Length];
        foreach (var block in segment.Blocks)
        {
            var position = block.Location.Offset + block.Location.PagesLength + block.Location.DirectoryLength;
            segment.Read(data, position);
            if (!BlockTrailer.TryRead(data, position, out var location) || location != block.Location)
            {
                return $"the trailer of block {block.Index} is damaged";
            }
        }

        return null;
    }

    private static long EndOfBlocks(SegmentReader segment)
    {
        long end = SegmentFile.BeginMark.Length;
        foreach (var block in segment.Footer.Blocks)
        {
            end = Math.Max(end, block.Offset + block.PagesLength + block.DirectoryLength);
        }

        return end;
    }

    private static void Return(byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
