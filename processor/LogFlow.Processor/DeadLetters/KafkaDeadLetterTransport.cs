using System.Collections.Concurrent;
using System.Globalization;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>
/// The real queue. <c>X.dlq</c> is made with X's number of partitions and its <c>max.message.bytes</c>, and room for
/// the headers that are added: what X takes fits, compressed as it was.
/// </summary>
internal sealed class KafkaDeadLetterTransport : IDeadLetterTransport
{
    private const string MessageBytesMaxKey = "max.message.bytes";
    private const int HeaderBytes = 64 * 1024;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(15);

    private readonly KafkaClient _client;
    private readonly KafkaProducer _producer;
    private readonly AdminClient _admin;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, DlqTopic> _topics = new();

    public KafkaDeadLetterTransport(KafkaClientOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        _time = time;
        _client = new KafkaClient(options, loggers, time);
        _admin = new AdminClient(_client);
        _producer = new KafkaProducer(_client, new KafkaProducerOptions
        {
            BatchBytes = 512 * 1024,

            // The one that every broker of any age takes: what refuses a letter must not be its compression.
            Compression = CompressionType.Gzip,

            // Longer waits are ours: they are told in health, and end with the stop.
            DeliveryTimeout = AnswerTimeout,
            Sender = new PartitionSenderOptions { AllowAutoCreateTopics = false },
        });
    }

    public async Task<DlqTopic> PrepareAsync(string sourceTopic, CancellationToken cancellationToken)
    {
        if (_topics.TryGetValue(sourceTopic, out var known))
        {
            return known;
        }

        using var timeout = new CancellationTokenSource(AnswerTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return _topics[sourceTopic] = await FindOrCreateAsync(sourceTopic, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KafkaException(ErrorCode.RequestTimedOut, "the queue does not answer");
        }
    }

    public async Task<ProduceResult> SendAsync(ProducerRecord record, CancellationToken cancellationToken)
    {
        var result = await _producer.SendAsync(record, cancellationToken);
        if (!result.IsSuccess && record.Topic.EndsWith(".dlq", StringComparison.Ordinal))
        {
            // Deleted, or changed: the next attempt looks again.
            _topics.TryRemove(record.Topic[..^".dlq".Length], out _);
        }

        return result;
    }

    public async ValueTask DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _client.DisposeAsync();
    }

    private async Task<DlqTopic> FindOrCreateAsync(string sourceTopic, CancellationToken cancellationToken)
    {
        var name = DlqTopic.NameOf(sourceTopic);
        var topic = await _client.GetTopicAsync(name, allowAutoCreate: false, cancellationToken);
        if (topic.Error == ErrorCode.UnknownTopicOrPartition)
        {
            await CreateAsync(sourceTopic, name, cancellationToken);
            do
            {
                // Brokers hear of a new topic one after the other.
                await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellationToken);
                _client.InvalidateTopic(name);
                topic = await _client.GetTopicAsync(name, allowAutoCreate: false, cancellationToken);
            }
            while (topic.Error is ErrorCode.UnknownTopicOrPartition or ErrorCode.LeaderNotAvailable);
        }

        if (topic.Error != ErrorCode.None)
        {
            throw new KafkaException(topic.Error, $"topic '{name}' cannot be used: {topic.Error}");
        }

        return new DlqTopic(
            name, topic.Partitions.Count,
            await ReadMessageBytesMaxAsync(name, cancellationToken) ?? DlqTopic.MessageBytesMaxDefault);
    }

    private async Task CreateAsync(string sourceTopic, string name, CancellationToken cancellationToken)
    {
        var source = await _client.GetTopicAsync(sourceTopic, allowAutoCreate: false, cancellationToken);
        var limit = await ReadMessageBytesMaxAsync(sourceTopic, cancellationToken)
            ?? DlqTopic.MessageBytesMaxDefault;
        var created = await _admin.CreateTopicAsync(
            new NewTopic(name, source.Error == ErrorCode.None ? source.Partitions.Count : -1)
            {
                Configs = new Dictionary<string, string>
                {
                    [MessageBytesMaxKey] = Math.Min((long)limit + HeaderBytes, int.MaxValue)
                        .ToString(CultureInfo.InvariantCulture),
                },
            },
            cancellationToken);
        if (created.Error is not (ErrorCode.None or ErrorCode.TopicAlreadyExists))
        {
            throw new KafkaException(
                created.Error, $"topic '{name}' cannot be made: {created.Error} {created.Message}".TrimEnd());
        }
    }

    /// <summary>Null where the queue does not tell: the account may not read settings.</summary>
    private async Task<int?> ReadMessageBytesMaxAsync(string topic, CancellationToken cancellationToken)
    {
        try
        {
            var configs = await _admin.DescribeTopicConfigsAsync(topic, cancellationToken);
            var entry = configs.FirstOrDefault(static config => config.Name == MessageBytesMaxKey);
            return int.TryParse(entry?.Value, CultureInfo.InvariantCulture, out var bytes) && bytes > 0 ? bytes : null;
        }
        catch (KafkaException error) when (!error.IsRetriable)
        {
            return null;
        }
    }
}
