using System.Buffers;
using System.Buffers.Binary;

namespace LogFlow.Queue.Storage;

/// <summary>
/// The aborted transactions of a partition in the order of their markers. The writer thread appends and trims, readers
/// need no lock: they look at a snapshot whose entries never change. It is part of the checkpoint and is made again
/// from the markers behind it, like the producers' state. 32 bytes per transaction that retention has not reached.
/// </summary>
internal sealed class AbortedTransactionIndex
{
    private const int EntrySize = 32;
    private const int CapacityMin = 16;

    private volatile Snapshot _snapshot = new([], 0, 0);

    public int Count => _snapshot.End - _snapshot.Start;

    public void Add(in AbortedTransaction transaction)
    {
        var (entries, start, end) = _snapshot;
        if (end == entries.Length)
        {
            // What was trimmed from the front makes room again.
            var larger = new AbortedTransaction[Math.Max(CapacityMin, (end - start) * 2)];
            entries.AsSpan(start, end - start).CopyTo(larger);
            (entries, start, end) = (larger, 0, end - start);
        }

        // Behind the end of every snapshot that a reader may hold.
        entries[end] = transaction;
        _snapshot = new Snapshot(entries, start, end + 1);
    }

    /// <summary>Forgets what ended before the log's start.</summary>
    public void TruncateStart(long logStartOffset)
    {
        var (entries, start, end) = _snapshot;
        var first = FindFirst(entries.AsSpan(start, end - start), logStartOffset) + start;
        if (first > start)
        {
            _snapshot = first == end ? new Snapshot([], 0, 0) : new Snapshot(entries, first, end);
        }
    }

    /// <summary>What is known at this moment. Any thread.</summary>
    public Snapshot Capture() => _snapshot;

    /// <summary>As <see cref="Snapshot.Find"/> of what is known at this moment.</summary>
    public IReadOnlyList<AbortedTransaction> Find(long startOffset, long endOffset) =>
        _snapshot.Find(startOffset, endOffset);

    /// <summary>
    /// Writes count int32, then per transaction: producer id, first offset, last offset, last stable offset, int64
    /// each.
    /// </summary>
    public void Write(ArrayBufferWriter<byte> writer)
    {
        var (entries, start, end) = _snapshot;
        BinaryPrimitives.WriteInt32BigEndian(writer.GetSpan(sizeof(int)), end - start);
        writer.Advance(sizeof(int));
        foreach (ref readonly var entry in entries.AsSpan(start, end - start))
        {
            var span = writer.GetSpan(EntrySize);
            BinaryPrimitives.WriteInt64BigEndian(span, entry.ProducerId);
            BinaryPrimitives.WriteInt64BigEndian(span[8..], entry.FirstOffset);
            BinaryPrimitives.WriteInt64BigEndian(span[16..], entry.LastOffset);
            BinaryPrimitives.WriteInt64BigEndian(span[24..], entry.LastStableOffset);
            writer.Advance(EntrySize);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Not that.</exception>
    public void Read(ref SpanReader reader)
    {
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            Add(new AbortedTransaction(
                reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64()));
        }
    }

    /// <summary>The first entry whose marker stands at or behind an offset.</summary>
    private static int FindFirst(ReadOnlySpan<AbortedTransaction> entries, long offset)
    {
        var low = 0;
        var high = entries.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (entries[middle].LastOffset < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>What was known at one moment.</summary>
    internal sealed record Snapshot(AbortedTransaction[] Entries, int Start, int End)
    {
        /// <summary>The transactions with aborted records in a range of offsets.</summary>
        /// <param name="startOffset">The first offset of the range.</param>
        /// <param name="endOffset">The offset after the range.</param>
        public IReadOnlyList<AbortedTransaction> Find(long startOffset, long endOffset)
        {
            List<AbortedTransaction>? found = null;
            for (var i = FindFirst(Entries.AsSpan(Start, End - Start), startOffset) + Start; i < End; i++)
            {
                ref readonly var entry = ref Entries[i];
                if (entry.FirstOffset < endOffset)
                {
                    (found ??= []).Add(entry);
                }

                if (entry.LastStableOffset >= endOffset)
                {
                    break;
                }
            }

            return found ?? (IReadOnlyList<AbortedTransaction>)[];
        }
    }
}
