using System.Buffers;
using System.Globalization;
using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Damage is never cut off silently. The damaged bytes are copied to a file <c>OFFSET.damaged</c> beside the segment,
/// valid batches behind them move to a segment of their own, the damaged segment ends before them, and the gap in the
/// offsets is logged. A crash in between leaves a state from which the same steps lead to the same result.
/// </summary>
internal static partial class SegmentRepair
{
    private const string TemporarySuffix = ".tmp";
    private const int CopyBytes = 1 << 20;

    /// <summary>What came of it.</summary>
    /// <param name="Rest">The valid batches behind the damage; null where there are none.</param>
    internal readonly record struct Outcome(LogSegment? Rest);

    /// <summary>Takes the damage out that begins at a position.</summary>
    /// <param name="context">Shared.</param>
    /// <param name="label">The partition, for the log.</param>
    /// <param name="directory">The partition's.</param>
    /// <param name="segment">Ends at <paramref name="position"/> afterwards.</param>
    /// <param name="position">Where the damage begins.</param>
    /// <param name="end">Where the data ends.</param>
    /// <param name="nextOffset">The offset that should stand at the position.</param>
    /// <param name="followingOffset">Base offset of the segment behind this one; -1: there is none.</param>
    public static Outcome CutOut(
        StorageContext context,
        string label,
        string directory,
        LogSegment segment,
        long position,
        long end,
        long nextOffset,
        long followingOffset)
    {
        if (followingOffset == nextOffset && CommitMark.IsBlank(segment, position, end))
        {
            // Nothing is missing: space that a crash or a failed close left reserved.
            segment.Truncate(position, isSealed: true);
            return new Outcome(null);
        }

        var validAt = FindValidBatch(segment, position + 1, end, nextOffset, out var header);
        var damagedEnd = validAt < 0 ? end : validAt;
        SaveDamage(context, directory, segment, position, damagedEnd, nextOffset);
        LogSegment? rest = null;
        if (validAt >= 0)
        {
            rest = MoveRest(context, directory, segment, validAt, end, header.BaseOffset);
            Log.GapExposed(
                context.Logger, segment.LogPath, position, damagedEnd - position, label, nextOffset, header.BaseOffset);
        }
        else
        {
            Log.TailDamaged(context.Logger, segment.LogPath, position, damagedEnd - position, label, nextOffset);
        }

        context.Metrics.Damaged(damagedEnd - position);
        context.Files.DeleteFile(segment.IndexPath);
        segment.Truncate(position, isSealed: true);
        return new Outcome(rest);
    }

    /// <summary>Where the first whole, valid batch stands whose offset is not below; -1: nowhere.</summary>
    public static long FindValidBatch(
        LogSegment segment, long from, long end, long offsetMin, out RecordBatchHeader header)
    {
        header = default;
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            for (var at = from; end - at >= RecordBatchHeader.Size;)
            {
                var length = segment.Read(buffer.AsSpan(0, (int)Math.Min(CopyBytes, end - at)), at);
                var window = buffer.AsSpan(0, length);
                if (length < RecordBatchHeader.Size)
                {
                    return -1;
                }

                var found = SearchWindow(segment, window, at, end, offsetMin, out header);
                if (found >= 0)
                {
                    return found;
                }

                at += length - RecordBatchHeader.Size + 1;
            }

            return -1;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether the bytes are what reserved space reads as.</summary>
    public static bool IsZero(LogSegment segment, long start, long end)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            for (var at = start; at < end;)
            {
                var length = segment.Read(buffer.AsSpan(0, (int)Math.Min(CopyBytes, end - at)), at);
                if (length == 0 || buffer.AsSpan(0, length).ContainsAnyExcept((byte)0))
                {
                    return length == 0;
                }

                at += length;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static long SearchWindow(
        LogSegment segment, ReadOnlySpan<byte> window, long at, long end, long offsetMin, out RecordBatchHeader header)
    {
        header = default;
        var last = window.Length - RecordBatchHeader.Size;
        for (var i = 0; i <= last; i++)
        {
            // Most bytes are not a magic at its place; skip to one that is.
            var magic = window[(i + RecordBatchHeader.MagicAt)..].IndexOf((byte)RecordBatchHeader.CurrentMagic);
            if (magic < 0 || (i += magic) > last)
            {
                return -1;
            }

            header = RecordBatchHeader.Read(window[i..]);
            if (header.BaseOffset >= offsetMin
                && header.BaseOffset - offsetMin <= int.MaxValue
                && header.LastOffsetDelta >= 0
                && header.Count >= 0
                && header.BatchLength >= RecordBatchHeader.Size - RecordBatchHeader.LengthOverhead
                && header.BatchLength <= end - at - i - RecordBatchHeader.LengthOverhead)
            {
                using var scanner = new SegmentScanner(segment, at + i, at + i + header.TotalSize, verifiesCrc: true);
                if (scanner.MoveNext())
                {
                    return at + i;
                }
            }
        }

        return -1;
    }

    /// <summary>Keeps a copy of bytes that are about to be cut.</summary>
    public static void SaveDamage(
        StorageContext context, string directory, LogSegment segment, long start, long end, long offset)
    {
        var name = offset.ToString("D20", CultureInfo.InvariantCulture) + DamagedName.Suffix;
        using var file = context.Files.OpenOrCreate(DamagedName.Next(context.Files, Path.Combine(directory, name)));
        Copy(segment, start, end, file);
        file.SyncData();
    }

    private static LogSegment MoveRest(
        StorageContext context, string directory, LogSegment segment, long start, long end, long baseOffset)
    {
        var rest = new LogSegment(context.Files, directory, baseOffset, end - start, isSealed: false)
        {
            UnverifiedEnd = Math.Max(0, segment.UnverifiedEnd - start),
        };
        if (!context.Files.FileExists(rest.LogPath))
        {
            var temporary = rest.LogPath + TemporarySuffix;
            using (var file = context.Files.OpenOrCreate(temporary))
            {
                file.SetLength(0);
                Copy(segment, start, end, file);
                MoveMark(segment, start, end, file);
                file.SyncData();
            }

            context.Files.DeleteFile(rest.IndexPath);
            context.Files.MoveFile(temporary, rest.LogPath);
        }

        context.Files.SyncDirectory(directory);
        return rest;
    }

    /// <summary>A mark says where it stands, so it is written anew in the file it was copied to.</summary>
    private static void MoveMark(LogSegment segment, long start, long end, IStorageFile target)
    {
        var (position, groupStart, nextOffset) = CommitMark.FindLast(segment, start, end);
        if (position >= 0)
        {
            Span<byte> mark = stackalloc byte[CommitMark.Size];
            CommitMark.Write(mark, Math.Max(0, groupStart - start), position - start, nextOffset);
            target.Write(mark, position - start);
        }
    }

    private static void Copy(LogSegment segment, long start, long end, IStorageFile target)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            target.SetLength(0);
            for (var at = start; at < end;)
            {
                var length = segment.Read(buffer.AsSpan(0, (int)Math.Min(CopyBytes, end - at)), at);
                if (length == 0)
                {
                    return;
                }

                target.Write(buffer.AsSpan(0, length), at - start);
                at += length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2030, LogLevel.Error,
            "DATA LOST: {Path} is damaged at position {Position} ({Bytes} bytes). Partition {Partition} has a gap from "
            + "offset {FromOffset} to {ToOffset}; the damaged bytes are kept in a .damaged file beside it.")]
        public static partial void GapExposed(
            ILogger logger, string path, long position, long bytes, string partition, long fromOffset, long toOffset);

        [LoggerMessage(2031, LogLevel.Error,
            "DATA LOST: {Path} is damaged at position {Position} ({Bytes} bytes) and nothing valid follows in it. "
            + "Partition {Partition} lacks what followed offset {Offset} there; the damaged bytes are kept in a "
            + ".damaged file beside it.")]
        public static partial void TailDamaged(
            ILogger logger, string path, long position, long bytes, string partition, long offset);
    }
}
