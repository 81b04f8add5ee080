using System.Globalization;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// How a cleaned segment takes the place of those it was made from, so that a crash at any moment leaves the old ones
/// or the new one:
/// <code>
/// BASE.cleaned        being written; a start removes it
/// BASE-END.swap       synced and complete: from here on it counts. A start finishes what follows
///                     indexes and segments with a base offset in (BASE, END) are removed, synced
/// BASE.log            the swap file's new name, in place of the first old one; synced
/// </code>
/// END is the base offset of the first segment that stays as it is.
/// </summary>
internal static partial class SegmentSwap
{
    private const string CleanedSuffix = ".cleaned";
    private const string SwapSuffix = ".swap";
    private const int OffsetDigits = 20;

    public static string CleanedPath(string directory, long baseOffset) =>
        Path.Combine(directory, Format(baseOffset) + CleanedSuffix);

    public static string SwapPath(string directory, long baseOffset, long endOffset) =>
        Path.Combine(directory, $"{Format(baseOffset)}-{Format(endOffset)}{SwapSuffix}");

    /// <summary>Whether a file is one of an exchange that was not finished.</summary>
    public static bool IsLeftover(string name) =>
        name.EndsWith(CleanedSuffix, StringComparison.Ordinal) || name.EndsWith(SwapSuffix, StringComparison.Ordinal);

    /// <summary>Removes what an earlier attempt of this process left behind.</summary>
    public static void RemoveLeftovers(IFileSystem files, string directory)
    {
        var hasRemoved = false;
        foreach (var name in files.ListFiles(directory).ToList())
        {
            if (IsLeftover(name))
            {
                files.DeleteFile(Path.Combine(directory, name));
                hasRemoved = true;
            }
        }

        if (hasRemoved)
        {
            files.SyncDirectory(directory);
        }
    }

    /// <summary>At a start: finishes swaps that were decided, removes what was not.</summary>
    public static void Recover(IFileSystem files, string directory, string label, ILogger logger)
    {
        var names = files.ListFiles(directory).ToList();
        foreach (var name in names)
        {
            if (name.EndsWith(CleanedSuffix, StringComparison.Ordinal))
            {
                files.DeleteFile(Path.Combine(directory, name));
            }
            else if (TryParseSwap(name, out var baseOffset, out var endOffset))
            {
                if (IsWhole(files, directory, name, baseOffset, endOffset))
                {
                    Finish(files, directory, names, name, baseOffset, endOffset);
                    Log.Finished(logger, label, baseOffset, endOffset);
                }
                else
                {
                    Keep(files, directory, name, baseOffset);
                    Log.NotWhole(logger, Path.Combine(directory, name), label, baseOffset, endOffset);
                }
            }
        }
    }

    /// <summary>
    /// Whether every batch of it is right. It was when it got its name, but what it was made from goes for it.
    /// </summary>
    private static bool IsWhole(IFileSystem files, string directory, string name, long baseOffset, long endOffset)
    {
        var path = Path.Combine(directory, name);
        var length = files.GetFileLength(path);
        var segment = new LogSegment(files, directory, baseOffset, length, isSealed: true, path);
        try
        {
            using var scanner = new SegmentScanner(segment, 0, length, verifiesCrc: true)
            {
                ExpectedOffset = baseOffset,
                GapEndOffset = endOffset,
            };
            while (scanner.MoveNext())
            {
                if (scanner.Header.NextOffset > endOffset)
                {
                    return false;
                }
            }

            return scanner.NextPosition == length;
        }
        finally
        {
            segment.Close();
        }
    }

    private static void Keep(IFileSystem files, string directory, string name, long baseOffset)
    {
        var kept = DamagedName.Next(files, Path.Combine(directory, Format(baseOffset) + DamagedName.Suffix));
        files.MoveFile(Path.Combine(directory, name), kept);
        files.SyncDirectory(directory);
    }

    private static void Finish(
        IFileSystem files, string directory, List<string> names, string swap, long baseOffset, long endOffset)
    {
        foreach (var name in names)
        {
            if (LogSegment.TryParseName(name, out var offset) && offset > baseOffset && offset < endOffset)
            {
                files.DeleteFile(Path.Combine(directory, Format(offset) + LogSegment.IndexSuffix));
                files.DeleteFile(Path.Combine(directory, name));
            }
        }

        files.DeleteFile(Path.Combine(directory, Format(baseOffset) + LogSegment.IndexSuffix));
        files.SyncDirectory(directory);
        files.MoveFile(
            Path.Combine(directory, swap), Path.Combine(directory, Format(baseOffset) + LogSegment.LogSuffix));
        files.SyncDirectory(directory);
    }

    private static bool TryParseSwap(string name, out long baseOffset, out long endOffset)
    {
        baseOffset = 0;
        endOffset = 0;
        return name.Length == (2 * OffsetDigits) + 1 + SwapSuffix.Length
            && name.EndsWith(SwapSuffix, StringComparison.Ordinal)
            && TryParse(name.AsSpan(0, OffsetDigits), out baseOffset)
            && TryParse(name.AsSpan(OffsetDigits + 1, OffsetDigits), out endOffset);
    }

    private static bool TryParse(ReadOnlySpan<char> text, out long offset) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out offset);

    private static string Format(long offset) => offset.ToString("D20", CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(2110, LogLevel.Information,
            "Partition {Partition}: the cleaned segment of offsets {BaseOffset} to {EndOffset}, whose installation a "
            + "crash had cut off, is installed.")]
        public static partial void Finished(ILogger logger, string partition, long baseOffset, long endOffset);

        [LoggerMessage(2119, LogLevel.Error,
            "{Path}, which compaction made of offsets {BaseOffset} to {EndOffset} of {Partition}, is damaged. It is "
            + "kept as a .damaged file; the segments that it was made from are served.")]
        public static partial void NotWhole(
            ILogger logger, string path, string partition, long baseOffset, long endOffset);
    }
}
