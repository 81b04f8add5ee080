using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>The real queue: a <see cref="GroupConsumer"/> on a client of its own.</summary>
internal sealed class KafkaRecordConsumer : IRecordConsumer
{
    private readonly KafkaClient _client;
    private readonly GroupConsumer _consumer;
    private readonly AdminClient _admin;
    private readonly string _groupId;
    private readonly bool _startsAtEnd;

    public KafkaRecordConsumer(
        KafkaClientOptions client, GroupConsumerOptions consumer, ILoggerFactory loggers, TimeProvider time)
    {
        _client = new KafkaClient(client, loggers, time);
        _consumer = new GroupConsumer(_client, consumer, loggers);
        _admin = new AdminClient(_client);
        _groupId = consumer.GroupId;
        _startsAtEnd = consumer.AutoOffsetReset == AutoOffsetReset.Latest;
    }

    public Task StartAsync(
        Func<TopicPartition, Guid, CancellationToken, ValueTask<long?>> resolveStart,
        IRebalanceListener listener,
        CancellationToken cancellationToken)
    {
        _consumer.StartOffsetResolver = resolveStart;
        _consumer.RebalanceListener = listener;
        _consumer.Start();
        return Task.CompletedTask;
    }

    public async ValueTask<IRecordBatch> PollAsync(CancellationToken cancellationToken) =>
        new Batch(await _consumer.PollAsync(cancellationToken));

    public Task CommitAsync(
        IReadOnlyDictionary<TopicPartition, long> nextOffsets, CancellationToken cancellationToken) =>
        _consumer.CommitAsync(nextOffsets, cancellationToken);

    public void Seek(TopicPartition partition, long offset) => _consumer.Seek(partition, offset);

    public async Task<long> GetRestartOffsetAsync(TopicPartition partition, CancellationToken cancellationToken)
    {
        var committed = await _admin.ListCommittedOffsetsAsync(_groupId, [partition], cancellationToken);
        return committed.TryGetValue(partition, out var offset)
            ? offset
            : (await _admin.ListOffsetAsync(partition, _startsAtEnd ? ListedOffset.Latest : ListedOffset.Earliest,
                cancellationToken)).Offset;
    }

    public async Task<IReadOnlyDictionary<TopicPartition, long>> GetEndOffsetsAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        var ends = await _admin.ListOffsetsAsync(partitions, ListedOffset.Latest, cancellationToken);
        return ends.ToDictionary(static end => end.Key, static end => end.Value.Offset);
    }

    public async Task<long> CountRecordsAsync(string topic, CancellationToken cancellationToken)
    {
        var found = await _client.GetTopicAsync(topic, allowAutoCreate: false, cancellationToken);
        if (found.Error != ErrorCode.None)
        {
            return 0;
        }

        var partitions = Enumerable.Range(0, found.Partitions.Count)
            .Select(index => new TopicPartition(topic, index))
            .ToArray();
        var first = await _admin.ListOffsetsAsync(partitions, ListedOffset.Earliest, cancellationToken);
        var end = await _admin.ListOffsetsAsync(partitions, ListedOffset.Latest, cancellationToken);
        return partitions.Sum(partition => first.TryGetValue(partition, out var from)
            && end.TryGetValue(partition, out var to) ? Math.Max(0, to.Offset - from.Offset) : 0);
    }

    public async Task LeaveAsync(CancellationToken cancellationToken) =>
        await _consumer.DisposeAsync().AsTask().WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _consumer.DisposeAsync();
        await _client.DisposeAsync();
    }

    private sealed class Batch(ConsumedBatch batch) : IRecordBatch
    {
        public TopicPartition TopicPartition => batch.TopicPartition;

        public Guid TopicId => batch.TopicId;

        public long FirstOffset => batch.FirstOffset;

        public long NextOffset => batch.NextOffset;

        public ReadOnlyMemory<Record> Records => batch.RecordMemory;

        public int SizeInBytes => batch.SizeInBytes;

        public UndecodableBatch? Undecodable => batch.Undecodable;

        public void Dispose() => batch.Dispose();
    }
}
