using System.Text;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using Record = LogFlow.Kafka.Protocol.Record;

namespace LogFlow.Processor.Tests;

/// <summary>A queue with one topic, in memory: what survives the processors that come and go.</summary>
internal sealed class ScriptedQueue
{
    private readonly Lock _lock = new();
    private readonly List<byte[]?>[] _partitions;
    private readonly Dictionary<TopicPartition, long> _committed = [];
    private readonly Dictionary<(int Partition, long Offset), ProducerRecord> _whole = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ScriptedQueue(int partitions = 1, string topic = "logs")
    {
        Topic = topic;
        _partitions = [.. Enumerable.Range(0, partitions).Select(_ => new List<byte[]?>())];
    }

    public string Topic { get; }

    public Guid TopicId { get; } = Guid.NewGuid();

    public int PartitionCount => _partitions.Length;

    /// <summary>Batches that cannot be decoded, by their first offset; their records are appended like
    /// others.</summary>
    public Dictionary<(int Partition, long Offset), UndecodableBatch> Undecodable { get; } = [];

    /// <summary>Sees each commit before it takes effect.</summary>
    public Action<TopicPartition, long> OnCommit { get; set; } = static (_, _) => { };

    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    public TopicPartition Partition(int index) => new(Topic, index);

    public void Append(int partition, params IEnumerable<string?> values)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _partitions[partition].AddRange(
                values.Select(value => value is null ? null : Encoding.UTF8.GetBytes(value)));
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    /// <summary>Appends a record with its key and headers.</summary>
    public void AppendRecord(int partition, ProducerRecord record)
    {
        lock (_lock)
        {
            _whole[(partition, _partitions[partition].Count)] = record;
        }

        Append(partition, Encoding.UTF8.GetString(record.Value!.Value.Span));
    }

    /// <summary>A record as it is read once it has been written.</summary>
    public static Record ToRecord(long offset, ProducerRecord record)
    {
        using var builder = new RecordBatchBuilder(1024);
        builder.Append(
            record.TimestampMs ?? 0, record.Key.GetValueOrDefault().Span, record.Value.GetValueOrDefault().Span,
            record.Headers, isKeyNull: record.Key is null, isValueNull: record.Value is null);
        using var bytes = builder.Build(CompressionType.None, -1, -1, -1);
        var decoded = RecordBatch.Decode(bytes.Memory.ToArray(), 1024 * 1024);
        foreach (var read in decoded)
        {
            return read with { Offset = offset };
        }

        throw new InvalidOperationException("no record");
    }

    /// <summary>The values from an offset up to, not including, another.</summary>
    public IReadOnlyList<string?> Values(TopicPartition partition, long first, long next)
    {
        lock (_lock)
        {
            return [.. _partitions[partition.Partition][(int)Math.Max(0, first)..(int)next]
                .Select(value => value is null ? null : Encoding.UTF8.GetString(value))];
        }
    }

    public long EndOf(TopicPartition partition)
    {
        lock (_lock)
        {
            return _partitions[partition.Partition].Count;
        }
    }

    public long? CommittedOf(TopicPartition partition)
    {
        lock (_lock)
        {
            return _committed.TryGetValue(partition, out var offset) ? offset : null;
        }
    }

    public void Commit(IReadOnlyDictionary<TopicPartition, long> offsets)
    {
        lock (_lock)
        {
            foreach (var (partition, offset) in offsets)
            {
                OnCommit(partition, offset);
                _committed[partition] = offset;
            }
        }
    }

    public Record[] Read(TopicPartition partition, long from, int count)
    {
        lock (_lock)
        {
            var log = _partitions[partition.Partition];
            var end = (int)Math.Min(log.Count, from + count);
            var records = new List<Record>();
            for (var offset = (int)from; offset < end; offset++)
            {
                records.Add(_whole.TryGetValue((partition.Partition, offset), out var whole)
                    ? ToRecord(offset, whole)
                    : new Record(
                    offset, 1_700_000_000_000 + offset, "key"u8.ToArray(), ValueOf(log[offset]), 0, default));
            }

            return [.. records];
        }
    }

    private static ReadOnlyMemory<byte>? ValueOf(byte[]? bytes) => bytes is null ? (ReadOnlyMemory<byte>?)null : bytes;

    public ScriptedConsumer Connect(int seed = 0, params int[] partitions) => new(this, seed, partitions);

    /// <summary>A batch of the queue's records.</summary>
    public sealed class Batch(ScriptedQueue queue, TopicPartition partition, Record[] records, long first)
        : IRecordBatch
    {
        public TopicPartition TopicPartition => partition;

        public Guid TopicId => queue.TopicId;

        public long FirstOffset => first;

        public long NextOffset => Undecodable is { } bad ? bad.LastOffset + 1 : first + records.Length;

        public ReadOnlyMemory<Record> Records => records;

        public int SizeInBytes => records.Sum(static record => (record.Value?.Length ?? 0) + 50);

        public UndecodableBatch? Undecodable { get; init; }

        public bool IsDisposed { get; private set; }

        public void Dispose()
        {
            Assert.False(IsDisposed, "a batch was disposed twice");
            IsDisposed = true;
        }
    }
}
