using System.Diagnostics.Metrics;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Processor;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Benchmarks;

/// <summary>The filter stage alone: from records' bytes, through the default pipeline, to bulk bodies.</summary>
internal sealed class FilterCost
{
    private const int BatchCount = 500;
    private const int BodyBatches = 8;

    private static readonly TopicPartition Partition = new("logs", 0);
    private static readonly Guid TopicId = new("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");

    private readonly List<RecordList> _batches;
    private readonly List<Output> _outputs;
    private readonly FilterWorker _worker;
    private readonly RecordDecoder _decoder;
    private readonly PartitionWindow _window = new(Partition, TopicId, 0, (_, _, _) => Task.CompletedTask);

    public FilterCost(List<byte[]> records)
    {
        var config = new ProcessorConfig { OutputStoreUrl = "http://127.0.0.1:1" };
        var pipeline = new PipelineLoader(config, TimeProvider.System).Load();
        var metrics = new ProcessorMetrics(new Meters());
        _outputs = OutputFactory.Create(
            pipeline, new OutputServices(NullLoggerFactory.Instance, TimeProvider.System, null));
        _worker = new FilterWorker(pipeline, _outputs, config.PipelineBatchSize, TimeProvider.System, metrics);
        _decoder = KafkaInputPlugin.ReadDecoder(
            pipeline.Inputs[0], pipeline.CreateCodec(pipeline.Inputs[0], "plain"));
        _batches = Split(records, 0);
        BytesIn = records.Sum(record => (long)record.Length);
    }

    public long BytesIn { get; }

    /// <summary>Takes all records through once.</summary>
    public void Run()
    {
        foreach (var records in _batches)
        {
            Filter(records).Finish();
        }
    }

    /// <summary>What the store is sent for all records: several batches a request, as under load.</summary>
    public List<BulkBody> CreateBodies() => CreateBodies(_batches);

    /// <summary>The same for records that stand at other offsets of the partition.</summary>
    public List<BulkBody> CreateBodies(List<byte[]> records, long firstOffset) =>
        CreateBodies(Split(records, firstOffset));

    private static List<RecordList> Split(List<byte[]> records, long firstOffset)
    {
        var batches = new List<RecordList>();
        for (var first = 0; first < records.Count; first += BatchCount)
        {
            var values = records.GetRange(first, Math.Min(BatchCount, records.Count - first));
            batches.Add(new RecordList(firstOffset + first, values));
        }

        return batches;
    }

    private List<BulkBody> CreateBodies(List<RecordList> batches)
    {
        var bodies = new List<BulkBody>();
        foreach (var group in batches.Chunk(BodyBatches))
        {
            using var bytes = new MemoryStream();
            foreach (var records in group)
            {
                var batch = Filter(records);
                var request = ((BulkPart)batch.GetPart(0)!).Request;
                for (var item = 0; item < request.Count; item++)
                {
                    bytes.Write(request.GetItem(item).Span);
                }

                batch.Finish();
            }

            bodies.Add(new BulkBody(bytes.ToArray(), TopicId, group[0].FirstOffset, group[^1].NextOffset));
        }

        return bodies;
    }

    private InFlightBatch Filter(RecordList records)
    {
        var batch = new InFlightBatch(
            _window, records, _decoder, _outputs.Count, static (_, _) => { }, static _ => { });
        _worker.Process(batch);
        return batch.DeadLetters is null && batch.EventCount == records.Records.Length
            ? batch
            : throw new InvalidOperationException("the default pipeline refused a line");
    }

    private sealed class RecordList(long first, List<byte[]> values) : IRecordBatch
    {
        public TopicPartition TopicPartition => Partition;

        public Guid TopicId => FilterCost.TopicId;

        public long FirstOffset => first;

        public long NextOffset => first + values.Count;

        public ReadOnlyMemory<Record> Records { get; } = values
            .Select((value, index) => new Record(first + index, 1_795_000_000_000, null, value, 0, default)).ToArray();

        public UndecodableBatch? Undecodable => null;

        public int SizeInBytes => values.Sum(value => value.Length);

        public void Dispose()
        {
            // The records are used again in the next round.
        }
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
            // Ends with the process.
        }
    }
}
