using System.Buffers;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A segment's index in memory. One thread appends, any number read without a lock: entries are published by the count.
/// The file is disposable; it is never synced, and what is read from it is checked.
/// </summary>
internal sealed class SegmentIndex
{
    // Guards the file and _savedCount: upkeep saves an active segment's index while the writer may seal it.
    private readonly Lock _saveLock = new();
    private IndexEntry[] _entries = [];
    private int _count;
    private int _savedCount;

    // Entries that the file has behind the saved ones, and that must not be there.
    private bool _hasStaleTail;

    public int Count => Volatile.Read(ref _count);

    public IndexEntry Last => _count == 0 ? default : _entries[_count - 1];

    /// <summary>Reads the file as far as it is in order; entries at or behind the end are dropped.</summary>
    /// <param name="files">Where it is.</param>
    /// <param name="path">The index file.</param>
    /// <param name="endPosition">The size of the segment's data.</param>
    /// <param name="isSealed">Only an index with an end entry will do.</param>
    /// <returns>Null where the index must be made from the segment.</returns>
    public static SegmentIndex? TryLoad(IFileSystem files, string path, long endPosition, bool isSealed)
    {
        var index = new SegmentIndex();
        if (!files.FileExists(path))
        {
            return isSealed || endPosition > 0 ? null : index;
        }

        using var file = files.Open(path);
        var length = (int)Math.Min(file.Length / IndexEntry.Size * IndexEntry.Size, int.MaxValue / 2);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        try
        {
            length = file.Read(buffer.AsSpan(0, length), 0);
            index.Load(buffer.AsSpan(0, length), endPosition, isSealed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        index._savedCount = index._count;
        index._hasStaleTail = file.Length > (long)index._count * IndexEntry.Size;
        var isComplete = isSealed ? index._count > 0 && index.Last.Position == endPosition : index._count > 0;
        return isComplete ? index : null;
    }

    public void Append(IndexEntry entry)
    {
        if (_count == _entries.Length)
        {
            var larger = new IndexEntry[Math.Max(8, _entries.Length * 2)];
            _entries.CopyTo(larger, 0);
            Volatile.Write(ref _entries, larger);
        }

        _entries[_count] = entry;
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>The last entry whose offset is not above; default (the segment's start) where there is none.</summary>
    public IndexEntry FindOffset(long relativeOffset) =>
        FindLast(relativeOffset, static (entry, offset) => entry.RelativeOffset <= offset);

    /// <summary>The last entry whose position is not above; default (the start) where there is none.</summary>
    public IndexEntry FindPosition(long position) =>
        FindLast(position, static (entry, wanted) => entry.Position <= wanted);

    /// <summary>
    /// The last entry before which every timestamp is lower; default (the start) where there is none.
    /// </summary>
    public IndexEntry FindTimestamp(long timestampMs) =>
        FindLast(timestampMs, static (entry, wanted) => entry.MaxTimestampBeforeMs < wanted);

    /// <summary>Adds to the file what it lacks.</summary>
    public void Save(IFileSystem files, string path)
    {
        lock (_saveLock)
        {
            var unsaved = Snapshot()[_savedCount..];
            if (unsaved.IsEmpty && _savedCount > 0 && !_hasStaleTail)
            {
                return;
            }

            var bytes = ArrayPool<byte>.Shared.Rent(Math.Max(1, unsaved.Length * IndexEntry.Size));
            try
            {
                for (var i = 0; i < unsaved.Length; i++)
                {
                    unsaved[i].Write(bytes.AsSpan(i * IndexEntry.Size));
                }

                var position = (long)_savedCount * IndexEntry.Size;
                using var file = files.OpenOrCreate(path);
                file.SetLength(position);
                file.Write(bytes.AsSpan(0, unsaved.Length * IndexEntry.Size), position);
                _savedCount += unsaved.Length;
                _hasStaleTail = false;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }
    }

    /// <summary>The last entry that qualifies; all that do stand before all that do not.</summary>
    private IndexEntry FindLast(long wanted, Func<IndexEntry, long, bool> qualifies)
    {
        var entries = Snapshot();
        var low = 0;
        var high = entries.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (qualifies(entries[middle], wanted))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low == 0 ? default : entries[low - 1];
    }

    private void Load(ReadOnlySpan<byte> bytes, long endPosition, bool isSealed)
    {
        _entries = new IndexEntry[bytes.Length / IndexEntry.Size];
        for (; bytes.Length >= IndexEntry.Size; bytes = bytes[IndexEntry.Size..])
        {
            var entry = IndexEntry.Read(bytes);
            var isWithin = entry.Position < endPosition || (isSealed && entry.Position == endPosition);
            var isInOrder = _count == 0
                ? entry.Position > 0 || endPosition == 0
                : entry.RelativeOffset > Last.RelativeOffset && entry.Position > Last.Position
                    && entry.MaxTimestampBeforeMs >= Last.MaxTimestampBeforeMs;
            if (!isWithin || !isInOrder)
            {
                return;
            }

            _entries[_count++] = entry;
        }
    }

    private ReadOnlySpan<IndexEntry> Snapshot()
    {
        // The count first: whichever array is read after it holds at least that many.
        var count = Volatile.Read(ref _count);
        return Volatile.Read(ref _entries).AsSpan(0, count);
    }
}
