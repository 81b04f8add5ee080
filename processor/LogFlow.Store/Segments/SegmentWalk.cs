using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Store;

/// <summary>
/// Finds the blocks of a segment whose footers are both gone, by the trailers behind them: from the end of what is
/// there to its head. What a whole trailer covers is passed over, so that nothing inside of a block is taken for one.
/// </summary>
internal static class SegmentWalk
{
    private const int WindowBytes = 1 << 20;

    /// <summary>The footer that the blocks and the head make together, but for its contents.</summary>
    /// <param name="file">The segment.</param>
    /// <param name="length">Its length.</param>
    /// <returns>Null: its head is damaged, or it has none, or no block is there.</returns>
    public static SegmentFooter? TryRead(SafeFileHandle file, long length)
    {
        if (SegmentHead.TryRead(file, length, out var start) is not { } head)
        {
            return null;
        }

        var blocks = Find(file, start, length);
        if (blocks.Count == 0)
        {
            return null;
        }

        // Not all are there: which offsets are missing is not known, so the queue is asked for them again.
        var isWhole = IsWhole(file, blocks, start, length, head);
        return new SegmentFooter
        {
            CommitId = head.CommitId,
            Ordinal = head.Ordinal,
            SegmentCount = isWhole ? head.SegmentCount : SegmentFooter.IncompleteCount,
            CreatedMs = head.CreatedMs,
            Positions = isWhole ? head.Positions : [],
            Replaces = head.Replaces,
            Contents = new BlockContents(),
            Blocks = blocks,
        };
    }

    private static List<BlockLocation> Find(SafeFileHandle file, long start, long length)
    {
        var blocks = new List<BlockLocation>();
        Span<byte> data = stackalloc byte[BlockTrailer.Length];
        var end = length;
        while (FindMark(file, start, end) is >= 0 and var at)
        {
            end = at + BlockTrailer.Mark.Length - 1;
            if (at + data.Length > length)
            {
                continue;
            }

            SegmentReader.Read(file, data, at);
            if (BlockTrailer.TryRead(data, at, out var block) && block.Offset >= start)
            {
                blocks.Add(block);
                end = block.Offset;
            }
        }

        blocks.Reverse();
        return blocks;
    }

    /// <summary>Where the last mark before <paramref name="end"/> begins; -1: there is none.</summary>
    private static long FindMark(SafeFileHandle file, long start, long end)
    {
        var window = ArrayPool<byte>.Shared.Rent(WindowBytes);
        try
        {
            while (end - start >= BlockTrailer.Mark.Length)
            {
                var from = Math.Max(start, end - WindowBytes);
                var span = window.AsSpan(0, (int)(end - from));
                SegmentReader.Read(file, span, from);
                var at = span.LastIndexOf(BlockTrailer.Mark);
                if (at >= 0)
                {
                    return from + at;
                }

                // A mark may lie across the edge of two windows.
                end = from == start ? start : from + BlockTrailer.Mark.Length - 1;
            }

            return -1;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    /// <summary>One block behind the other, and behind the last one a footer of this commit begins.</summary>
    private static bool IsWhole(
        SafeFileHandle file, List<BlockLocation> blocks, long start, long length, SegmentFooter head)
    {
        var expected = start;
        foreach (var block in blocks)
        {
            if (block.Offset != expected)
            {
                return false;
            }

            expected += (long)block.PagesLength + block.DirectoryLength + BlockTrailer.Length;
        }

        var begin = new ByteWriter(16);
        begin.WriteVarint(SegmentFooter.Version);
        begin.WriteInt64(head.CommitId);
        if (length - expected < begin.Length)
        {
            return false;
        }

        Span<byte> found = stackalloc byte[begin.Length];
        SegmentReader.Read(file, found, expected);
        return found.SequenceEqual(begin.Written);
    }
}
