using System.Text;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>What a compacted log must hold: for each key the newest record, at its offset.</summary>
internal sealed class CompactionModel
{
    private readonly Dictionary<string, (long Offset, string? Value)> _latest = [];
    private int _count;

    /// <summary>The records of data in a log, in order.</summary>
    public static List<(long Offset, string Key, string? Value)> Records(PartitionLog log)
    {
        var records = new List<(long, string, string?)>();
        foreach (var (header, bytes) in log.ReadAll())
        {
            if (header.IsControl)
            {
                continue;
            }

            using var batch = RecordBatch.Decode(bytes, 1 << 24);
            foreach (var record in batch)
            {
                records.Add((
                    record.Offset,
                    Encoding.UTF8.GetString(record.Key!.Value.Span),
                    record.Value is { } value ? Encoding.UTF8.GetString(value.Span) : null));
            }
        }

        return records;
    }

    /// <summary>Appends a batch of random updates, some of them tombstones.</summary>
    public async Task AppendAsync(PartitionLog log, Random random)
    {
        var records = new (string Key, string? Value)[random.Next(1, 5)];
        for (var i = 0; i < records.Length; i++)
        {
            var value = random.Next(8) == 0 ? null : $"value {_count++} {new string('x', random.Next(60))}";
            records[i] = ($"key {random.Next(12)}", value);
        }

        var compression = random.Next(3) == 0 ? CompressionType.Lz4 : CompressionType.None;
        var offset = await log.AppendOkAsync(Some.KeyedBatch(records, compression: compression));
        for (var i = 0; i < records.Length; i++)
        {
            _latest[records[i].Key] = (offset + i, records[i].Value);
        }
    }

    /// <summary>Reading the log from its start gives the newest value of every key, at its offset.</summary>
    public void AssertLatest(PartitionLog log)
    {
        var found = new Dictionary<string, (long Offset, string? Value)>();
        foreach (var (offset, key, value) in Records(log))
        {
            found[key] = (offset, value);
        }

        Assert.Equal(_latest.OrderBy(entry => entry.Key), found.OrderBy(entry => entry.Key));
    }
}
