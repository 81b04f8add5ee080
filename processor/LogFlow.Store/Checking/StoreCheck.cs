using System.Buffers;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>
/// Reads every page of a store's segments, which searches read only when they need them: damage is found while the
/// queue still has the records. What it mends is what can be made again from what is whole: one of the two footers of a
/// segment, or its first mark. A block that is damaged stays where it is, as searches pass it over and say so.
/// </summary>
public sealed class StoreCheck
{
    private const int CopyBytes = 1 << 20;

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
                    _problems.Add(new StoreProblem(path, "segment", "it was put aside: neither footer is whole", null));
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

            CheckFooters(segment);
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
            foreach (var column in block.LoadDirectory().Columns)
            {
                block.ReadPage(column, out var page);
                Return(page);
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

    private void CheckFooters(SegmentReader segment)
    {
        if (!segment.IsFooterDamaged && HasWholeCopy(segment))
        {
            return;
        }

        if (_repairs)
        {
            Rewrite(segment);
        }

        _problems.Add(new StoreProblem(
            segment.Path, "footer", "its mark, or one of its two footers, is damaged", 0, IsRepaired: _repairs));
    }

    /// <summary>Whether the footer before the last one says the same; former segments have one alone.</summary>
    private static bool HasWholeCopy(SegmentReader segment)
    {
        var written = new ByteWriter();
        SegmentWriter.WriteFooter(segment.Footer, written);
        var end = EndOfBlocks(segment);
        if (segment.Length - end == written.Length)
        {
            return true;
        }

        if (segment.Length - end != 2L * written.Length)
        {
            return false;
        }

        var copy = new byte[written.Length];
        segment.Read(copy, end);
        return written.Written.SequenceEqual(copy);
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

    /// <summary>The same blocks between a new mark and two new footers; till it is whole, the old one stays.</summary>
    private static void Rewrite(SegmentReader segment)
    {
        var temporary = segment.Path + ".repair";
        File.Delete(temporary);
        using (var file = PrivateFiles.Open(temporary, FileMode.CreateNew, FileAccess.Write))
        {
            file.Write(SegmentFile.BeginMark);
            CopyBlocks(segment, file);
            var footer = new ByteWriter();
            SegmentWriter.WriteFooter(segment.Footer, footer);
            file.Write(footer.Written);
            file.Write(footer.Written);
            file.Flush();
            DurableFile.SyncData(file.SafeFileHandle);
        }

        File.Move(temporary, segment.Path, overwrite: true);
        DurableFile.SyncDirectory(Path.GetDirectoryName(segment.Path)!);
    }

    private static void CopyBlocks(SegmentReader segment, FileStream target)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            var end = EndOfBlocks(segment);
            for (long at = SegmentFile.BeginMark.Length; at < end;)
            {
                var piece = buffer.AsSpan(0, (int)Math.Min(CopyBytes, end - at));
                segment.Read(piece, at);
                target.Write(piece);
                at += piece.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Return(byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
