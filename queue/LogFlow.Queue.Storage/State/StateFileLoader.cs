using System.Buffers;
using System.Buffers.Binary;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Reads a state file at the start. What was acknowledged and is not there any more is said, with a copy of the file;
/// only what a commit mark, or its absence after a power cut, proves never acknowledged goes without.
/// <code>
///  0  8  magic "LFQSTAT2"; "LFQSTAT1" in former files, which have no generation and no marks
///  8  8  generation: counts the rewritings
/// 16     frames (see StateFrame), behind the last a commit mark (see CommitMark), then reserved zeros
/// </code>
/// </summary>
internal sealed partial class StateFileLoader(StorageContext context, string path, StateFileExpectation expected)
{
    public const int HeaderSize = 16;
    private const int FormerHeaderSize = 8;

    /// <summary>Applied frames' effect on the live bytes.</summary>
    public long LiveBytes { get; private set; }

    public long Generation { get; private set; }

    /// <summary>Where the valid changes end.</summary>
    public long End { get; private set; } = HeaderSize;

    /// <summary>The file has to be written anew: it is damaged, or of a former version.</summary>
    public bool MustRewrite { get; private set; }

    /// <summary>There is nothing in it yet.</summary>
    public bool IsNew { get; private set; }

    private static ReadOnlySpan<byte> Magic => "LFQSTAT2"u8;

    private static ReadOnlySpan<byte> FormerMagic => "LFQSTAT1"u8;

    public static void WriteHeader(IStorageFile file, long generation)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64BigEndian(header[8..], generation);
        file.Write(header, 0);
    }

    /// <summary>Keeps bytes that are about to go in a file beside, and overwrites no earlier one.</summary>
    public static string SaveCopy(IFileSystem files, string path, ReadOnlySpan<byte> bytes)
    {
        var copyPath = DamagedName.Next(files, path + DamagedName.Suffix);
        using var copy = files.OpenOrCreate(copyPath);
        copy.SetLength(0);
        copy.Write(bytes, 0);
        copy.SyncData();
        return copyPath;
    }

    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Load(IStorageFile file, Dictionary<byte[], byte[]> entries)
    {
        var length = file.Length;
        if (length == 0)
        {
            if (expected.Mark is not null || expected.Checkpointed is not null)
            {
                Log.Missing(context.Logger, path);
            }

            Generation = expected.Checkpointed?.Generation ?? 0;
            IsNew = true;
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(checked((int)length));
        try
        {
            Load(buffer.AsSpan(0, file.Read(buffer.AsSpan(0, (int)length), 0)), entries);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Load(ReadOnlySpan<byte> bytes, Dictionary<byte[], byte[]> entries)
    {
        if (expected is { Mark: null, Checkpointed: null } && !bytes.ContainsAnyExcept((byte)0))
        {
            // Its creation was cut off: nothing has ever known it.
            IsNew = true;
            return;
        }

        var isFormer = bytes.StartsWith(FormerMagic);
        var hasHeader = bytes.StartsWith(Magic) && bytes.Length >= HeaderSize;
        Generation = hasHeader
            ? BinaryPrimitives.ReadInt64BigEndian(bytes[8..])
            : expected.Checkpointed?.Generation ?? 0;
        MustRewrite = !hasHeader;
        var lost = 0L;
        var whole = expected.Mark is { } mark && mark.Length <= bytes.Length
            && Crc32C.Compute(bytes[..(int)mark.Length]) == mark.Crc;
        var isTorn = false;
        var position = isFormer ? FormerHeaderSize : HeaderSize;
        while (position < bytes.Length)
        {
            var rest = bytes[position..];
            var size = StateFrame.Check(rest);
            if (size > 0)
            {
                LiveBytes += StateFrame.Apply(rest[..size], entries);
                position += size;
                continue;
            }

            var end = EndOfDamage(bytes, position, isFormer, ref lost, out isTorn);
            if (end < 0)
            {
                break;
            }

            position = end;
        }

        End = position;
        if (!hasHeader && !isFormer && lost == 0 && position >= (expected.Mark?.Length ?? 0) && position > HeaderSize)
        {
            Log.HeaderDamaged(context.Logger, path, entries.Count);
            return;
        }

        if (!hasHeader && !isFormer)
        {
            lost = Math.Max(1, lost);
        }

        Judge(bytes, position, whole, lost, isTorn, entries.Count);
    }

    /// <summary>Where reading goes on behind what is no frame; -1: nowhere.</summary>
    private int EndOfDamage(ReadOnlySpan<byte> bytes, int position, bool isFormer, ref long lost, out bool isTorn)
    {
        isTorn = false;
        var rest = bytes[position..];
        if (CommitMark.TryRead(rest, position, out _) || !rest.ContainsAnyExcept((byte)0))
        {
            return -1;
        }

        var next = FindFrame(bytes, position + 1);
        var (markAt, groupStart, _) = CommitMark.FindLast(rest, position);

        // A mark that stands vouches for all before its group, and for its group unless power was cut since.
        if (markAt >= 0 && !expected.IsSameBoot && expected.Mark is null && groupStart <= position)
        {
            isTorn = true;
            return -1;
        }

        if (next >= 0)
        {
            Log.Damaged(context.Logger, path, position, next - position);
            lost += next - position;
            return next;
        }

        if (markAt > position)
        {
            Log.Damaged(context.Logger, path, position, markAt - position);
            lost += markAt - position;
            return -1;
        }

        isTorn = true;
        if (!isFormer && expected.IsSameBoot)
        {
            Log.CannotBeTold(context.Logger, path, rest.Length);
            SaveCopy(context.Files, path, bytes);
            MustRewrite = true;
        }

        return -1;
    }

    private void Judge(
        ReadOnlySpan<byte> bytes, int end, bool whole, long lost, bool isTorn, int entryCount)
    {
        if (expected.Mark is { } mark && !whole)
        {
            // It is not what it was when the queue stopped, in whatever way: nothing of that was a crash.
            Log.NotAsStopped(context.Logger, path, mark.Length, end, entryCount);
            lost = Math.Max(1, lost);
        }
        else if (expected.Mark is null && expected.Checkpointed is { } known
            && (Generation < known.Generation || (Generation == known.Generation && end < known.End)))
        {
            Log.NotAsStopped(context.Logger, path, known.End, end, entryCount);
            lost = Math.Max(1, lost);
        }
        else if (isTorn && lost == 0)
        {
            Log.TornTailCut(context.Logger, path, bytes.Length - end);
            MustRewrite = true;
        }

        if (lost > 0)
        {
            context.Metrics.Damaged(lost);
            Log.CopyKept(context.Logger, path, SaveCopy(context.Files, path, bytes));
            Generation = Math.Max(Generation, expected.Checkpointed?.Generation ?? 0);
            MustRewrite = true;
        }
    }

    private static int FindFrame(ReadOnlySpan<byte> bytes, int from)
    {
        while (true)
        {
            var found = bytes[from..].IndexOf(StateFrame.Magic);
            if (found < 0)
            {
                return -1;
            }

            from += found;
            if (StateFrame.Check(bytes[from..]) > 0)
            {
                return from;
            }

            from++;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2068, LogLevel.Error,
            "The head of the state file {Path} is damaged and made again; all {Entries} entries could be read.")]
        public static partial void HeaderDamaged(ILogger logger, string path, int entries);

        [LoggerMessage(2062, LogLevel.Warning,
            "The state file {Path} ended in a change that a crash cut off, and that was never acknowledged "
            + "({Bytes} bytes).")]
        public static partial void TornTailCut(ILogger logger, string path, long bytes);

        [LoggerMessage(2063, LogLevel.Error,
            "DATA LOST: the state file {Path} is damaged at position {Position} ({Bytes} bytes). The rest was read.")]
        public static partial void Damaged(ILogger logger, string path, long position, long bytes);

        [LoggerMessage(2064, LogLevel.Error,
            "DATA LOST: the state file {Path} is missing or empty. What it held (offsets, members, ids) is gone; "
            + "restore it from a backup with the queue stopped, or go on without.")]
        public static partial void Missing(ILogger logger, string path);

        [LoggerMessage(2065, LogLevel.Error,
            "DATA LOST: the state file {Path} is not what it was: of {Bytes} bytes, {ReadBytes} can be read, {Entries} "
            + "entries. It is damaged, or an older copy was put back.")]
        public static partial void NotAsStopped(ILogger logger, string path, long bytes, long readBytes, int entries);

        [LoggerMessage(2066, LogLevel.Error,
            "The state file {Path} ends in {Bytes} bytes that are damaged or were never acknowledged: it cannot be "
            + "told.")]
        public static partial void CannotBeTold(ILogger logger, string path, long bytes);

        [LoggerMessage(2067, LogLevel.Error, "The state file {Path} as it was found is kept in {Copy}.")]
        public static partial void CopyKept(ILogger logger, string path, string copy);
    }
}
