using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using LogFlow.Queue.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>A coordinator over partitions on a disk that can fail, groups in memory and a hand-moved clock.</summary>
internal sealed class TransactionHarness : IAsyncDisposable
{
    public const string Id = "copier";
    public const string Topic = "logs";
    public const int TimeoutMs = 60_000;

    private readonly ProducerIdAllocator _producerIds;
    private readonly BytePool _buffers = new(0);
    private readonly TestMeters _meters = new();

    private TransactionHarness(LogManager logs, FaultyFileSystem files)
    {
        Logs = logs;
        Files = files;
        _producerIds = new ProducerIdAllocator(logs.OpenStateLog("producer-ids"));
        Coordinator = new TransactionCoordinator(
            new TransactionSettings(),
            logs.OpenStateLog("transactions"),
            logs,
            Groups.Coordinator,
            _producerIds,
            Time,
            new QueueMetrics(_meters),
            NullLogger.Instance);
        Metrics = new MeasuredMetrics(_meters.Owns);
    }

    public LogManager Logs { get; }

    public FaultyFileSystem Files { get; }

    public ManualTime Time { get; } = new();

    public MeasuredMetrics Metrics { get; }

    public GroupHarness Groups { get; } = new();

    public TransactionCoordinator Coordinator { get; }

    public TransactionState State => Coordinator.Find(Id)!;

    public static async Task<TransactionHarness> OpenAsync(string directory, TimeProvider? time = null)
    {
        var files = new FaultyFileSystem();
        var options = new LogManagerOptions { DataDirectory = directory, FileSystem = files, ReserveBytes = 0 };
        var harness = new TransactionHarness(
            LogManager.Open(options, NullLoggerFactory.Instance, time ?? TimeProvider.System), files);
        var topic = await harness.Logs.CreateTopicAsync(Topic, 2);
        Assert.True(topic.Error is ErrorCode.None or ErrorCode.TopicAlreadyExists);
        await harness.Coordinator.StartAsync();
        return harness;
    }

    public PartitionLog Log(int partition = 0) => Logs.FindTopic(Topic)!.Partitions[partition];

    public async Task<ProducerIdResult> InitAsync()
    {
        var producer = await Coordinator.InitProducerIdAsync(Id, TimeoutMs, -1, -1);
        Assert.Equal(ErrorCode.None, producer.Error);
        return producer;
    }

    public ValueTask<ErrorCode> AddAsync(ProducerIdResult producer, params int[] partitions) =>
        Coordinator.AddPartitionsAsync(
            Id,
            producer.ProducerId,
            producer.ProducerEpoch,
            partitions.Select(partition => new TopicPartition(Topic, partition)).ToArray());

    public TransactionalBatch Batch(ProducerIdResult producer, int sequence, int partition = 0, int count = 1)
    {
        var batch = Some.Batch(
            count, "x", producer.ProducerId, producer.ProducerEpoch, sequence, isTransactional: true);
        using var memory = _buffers.Rent(batch.Length);
        batch.CopyTo(memory.Value.Memory);
        return new(
            producer.ProducerId, producer.ProducerEpoch, Log(partition).Check(memory, memory.Value.Memory));
    }

    public ValueTask<AppendResult> AppendAsync(
        ProducerIdResult producer, int sequence, int partition = 0, bool addsPartition = false) =>
        Coordinator.AppendAsync(Id, Batch(producer, sequence, partition), addsPartition);

    public ValueTask<ProducerIdResult> EndAsync(ProducerIdResult producer, bool isCommit, bool bumpsEpoch = false) =>
        Coordinator.EndAsync(Id, producer.ProducerId, producer.ProducerEpoch, isCommit, bumpsEpoch);

    /// <summary>In force after the next opening.</summary>
    public async Task PutStateAsync(TransactionState state)
    {
        var key = TransactionStateCodec.EncodeKey(state.TransactionalId);
        Assert.Equal(ErrorCode.None, await Logs.OpenStateLog("transactions").WriteAsync(
            [StateChange.Set(key, TransactionStateCodec.Encode(state))]));
    }

    public async ValueTask DisposeAsync()
    {
        Files.SegmentWrites.Set();
        await Coordinator.DisposeAsync();
        await Logs.DisposeAsync();
        _producerIds.Dispose();
        Groups.Dispose();
        Metrics.Dispose();
        _meters.Dispose();
    }
}
