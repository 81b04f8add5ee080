using System.Text.RegularExpressions;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <summary>A partition's segment: its batches, the last commit mark, reserved space, and whatever is
/// damaged.</summary>
internal sealed partial class SegmentDump : IFileDump
{
    private const int BatchBytesMax = 512 << 20;
    private const int RecordsBytesMax = 256 << 20;
    private const int SearchBytes = 1 << 20;

    public string Format => "queue segment";

    public bool Knows(string name, ReadOnlySpan<byte> head) => SegmentName().IsMatch(name);

    public IEnumerable<DumpEntry> Read(string path, bool isDeep)
    {
        using var file = new DumpFile(path);
        long? expected = null;
        for (long position = 0; position < file.Length;)
        {
            var found = Next(file, position, ref expected, isDeep);
            foreach (var entry in found.Entries)
            {
                yield return entry;
            }

            position = found.End;
        }
    }

    private static (IReadOnlyList<DumpEntry> Entries, long End) Next(
        DumpFile file, long position, ref long? expected, bool isDeep)
    {
        var head = file.Read(position, RecordBatchHeader.Size);
        if (CommitMark.TryRead(head, position, out var groupStart))
        {
            var mark = new DumpEntry(position, CommitMark.Size, "commit mark") { Fields = [("group", groupStart)] };
            return ([mark], position + CommitMark.Size);
        }

        if (ReadBatch(file, position, head) is { } batch)
        {
            var header = RecordBatchHeader.Read(batch);
            var entries = new List<DumpEntry> { Describe(position, header, batch, expected) };
            expected = header.NextOffset;
            if (isDeep)
            {
                entries.AddRange(Records(position, header, batch));
            }

            return (entries, position + batch.Length);
        }

        var end = file.FindNonZero(position);
        if (end - position >= RecordBatchHeader.LengthOverhead || end == file.Length)
        {
            // A mark begins with zeros of its own.
            end = end == file.Length ? end : Math.Max(position + 1, end - RecordBatchHeader.LengthOverhead);
            return ([new DumpEntry(position, end - position, "reserved")], end);
        }

        end = FindBatch(file, position + 1);
        var lost = new DumpEntry(position, end - position, "bytes") { Damage = "no batch begins here" };
        return ([lost], end);
    }

    /// <summary>The bytes of the batch that seems to begin here, whole or with a wrong checksum; else null.</summary>
    private static byte[]? ReadBatch(DumpFile file, long position, byte[] head)
    {
        if (head.Length < RecordBatchHeader.Size || head[RecordBatchHeader.MagicAt] != RecordBatchHeader.CurrentMagic)
        {
            return null;
        }

        var header = RecordBatchHeader.Read(head);
        return header.BaseOffset >= 0
            && header.TotalSize is >= RecordBatchHeader.Size and <= BatchBytesMax
            && header.TotalSize <= file.Length - position
                ? file.Read(position, header.TotalSize)
                : null;
    }

    /// <summary>Where the next batch with a right checksum begins; the file's end where there is none.</summary>
    private static long FindBatch(DumpFile file, long from)
    {
        for (var start = from; start < file.Length; start += SearchBytes)
        {
            var window = file.Read(start, SearchBytes + RecordBatchHeader.Size);
            for (var at = 0; at < Math.Min(SearchBytes, window.Length); at++)
            {
                if (at + RecordBatchHeader.Size <= window.Length
                    && window[at + RecordBatchHeader.MagicAt] == RecordBatchHeader.CurrentMagic
                    && ReadBatch(file, start + at, window[at..(at + RecordBatchHeader.Size)]) is { } batch
                    && RecordBatch.HasValidCrc(batch))
                {
                    return start + at;
                }
            }
        }

        return file.Length;
    }

    private static DumpEntry Describe(long position, RecordBatchHeader header, byte[] batch, long? expected)
    {
        var fields = new List<(string, object?)>
        {
            ("baseOffset", header.BaseOffset),
            ("lastOffset", header.LastOffset),
            ("count", header.Count),
            ("leaderEpoch", header.LeaderEpoch),
            ("compression", header.Compression.ToString().ToLowerInvariant()),
            ("firstTimestamp", DumpText.Time(header.BaseTimestampMs)),
            ("maxTimestamp", DumpText.Time(header.MaxTimestampMs)),
        };
        if (header.HasProducerId)
        {
            fields.Add(("producerId", header.ProducerId));
            fields.Add(("producerEpoch", header.ProducerEpoch));
            fields.Add(("baseSequence", header.BaseSequence));
        }

        if (header.IsTransactional)
        {
            fields.Add(("isTransactional", true));
        }

        if (header.IsControl)
        {
            fields.Add(("isControl", true));
        }

        if (expected is { } next && next != header.BaseOffset)
        {
            // Compaction leaves such gaps; an offset that falls back is damage.
            fields.Add(("gapFrom", next));
        }

        return new DumpEntry(position, batch.Length, "batch")
        {
            Fields = fields,
            Damage = !RecordBatch.HasValidCrc(batch)
                ? "its checksum does not match"
                : expected > header.BaseOffset ? "its base offset is below the end of the batch before" : null,
        };
    }

    private static List<DumpEntry> Records(long position, RecordBatchHeader header, byte[] batch)
    {
        var entries = new List<DumpEntry>();
        try
        {
            using var decoded = RecordBatch.Decode(batch, RecordsBytesMax);
            foreach (var record in decoded)
            {
                var fields = new List<(string, object?)>
                {
                    ("offset", record.Offset),
                    ("timestamp", DumpText.Time(record.TimestampMs)),
                    ("key", record.Key is { } key ? DumpText.Of(key.Span) : null),
                    ("value", record.Value is { } value ? DumpText.Of(value.Span) : null),
                };
                foreach (var field in record.Headers)
                {
                    fields.Add(("header." + field.Key, field.Value is { } text ? DumpText.Of(text.Span) : null));
                }

                entries.Add(new DumpEntry(position, 0, "record") { Fields = fields });
            }
        }
        catch (InvalidDataException error)
        {
            entries.Add(new DumpEntry(position, batch.Length, "records")
            {
                Fields = [("read", entries.Count), ("stated", header.Count)],
                Damage = error.Message,
            });
        }

        return entries;
    }

    [GeneratedRegex(@"^\d{20}(-\d{20})?\.(log|cleaned|swap|damaged)")]
    private static partial Regex SegmentName();
}
