using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>Sends to a Kafka-protocol queue through <see cref="PartitionSender"/>.</summary>
internal sealed partial class KafkaBatchSink : IBatchSink
{
    private static readonly TimeSpan TopicRetryPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RepeatLogAfter = TimeSpan.FromMinutes(1);

    private readonly KafkaClient _client;
    private readonly PartitionSender _sender;
    private readonly ProducerProgress _progress;
    private readonly string _topic;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public KafkaBatchSink(KafkaOutputConfig config, string topic, ILoggerFactory loggers, TimeProvider time)
    {
        _topic = topic;
        _time = time;
        _logger = loggers.CreateLogger<KafkaBatchSink>();
        _client = new KafkaClient(
            new KafkaClientOptions
            {
                BootstrapServers = config.Hosts,
                ClientId = config.ClientId,
                RequestTimeout = config.Timeout,
                ReconnectBackoffMax = config.BackoffMax,
                RetryBackoff = config.BackoffInit,
                RetryBackoffMax = config.BackoffMax,
                Security = config.CreateSecurity(),
            },
            loggers,
            time);
        _progress = new ProducerProgress(_client, time, _logger);
        _sender = new PartitionSender(_client, new PartitionSenderOptions
        {
            InFlightPerPartitionMax = PartitionPublisher.InFlightMax,
            AckTimeout = config.BrokerTimeout,
            AllowAutoCreateTopics = true,
        });
    }

    public async Task<TopicIdentity> GetTopicAsync(CancellationToken cancellationToken)
    {
        var saidAt = 0L;
        for (var attempt = 1; ; attempt++)
        {
            var topic = await _client.GetTopicAsync(_topic, allowAutoCreate: true, cancellationToken);
            if (topic.Error == ErrorCode.None && topic.Partitions.Count > 0)
            {
                return new TopicIdentity(_topic, topic.TopicId, topic.Partitions.Count);
            }

            // A topic that is being made is not there at the first look.
            if (attempt > 2 && (saidAt == 0 || _time.GetElapsedTime(saidAt) > RepeatLogAfter))
            {
                saidAt = _time.GetTimestamp();
                Log.TopicUnusable(_logger, _topic, topic.Error);
            }

            await Task.Delay(TopicRetryPause * Math.Min(1, attempt * 0.1), _time, cancellationToken);
            _client.InvalidateTopic(_topic);
        }
    }

    public async Task<ProducerId> NewProducerAsync(CancellationToken cancellationToken)
    {
        var saidAt = 0L;
        while (true)
        {
            try
            {
                var identity = await _client.InitProducerIdAsync(cancellationToken);
                return new ProducerId(identity.ProducerId, identity.Epoch);
            }
            catch (KafkaException error)
            {
                if (saidAt == 0 || _time.GetElapsedTime(saidAt) > RepeatLogAfter)
                {
                    saidAt = _time.GetTimestamp();
                    Log.NoProducerId(_logger, error.Message);
                }

                await Task.Delay(TopicRetryPause, _time, cancellationToken);
            }
        }
    }

    public async Task<SendOutcome> SendAsync(
        int partition, Lease<EncodedBatch> batch, CancellationToken cancellationToken)
    {
        using var held = batch.Retain();
        var result = await _sender.SendAsync(
            new TopicPartition(_topic, partition), held.Value.Memory, cancellationToken);
        if (result.IsSuccess)
        {
            return SendOutcome.Acknowledged;
        }

        var kind = result.Error switch
        {
            ErrorCode.OutOfOrderSequenceNumber or ErrorCode.UnknownProducerId or ErrorCode.InvalidProducerEpoch
                or ErrorCode.InvalidProducerIdMapping or ErrorCode.ProducerFenced => SendOutcomeKind.SequenceRefused,
            ErrorCode.InvalidTimestamp => SendOutcomeKind.BadTimestamp,
            ErrorCode.UnsupportedCompressionType => SendOutcomeKind.BadCompression,
            ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge => SendOutcomeKind.TooLarge,
            _ => SendOutcomeKind.Refused,
        };
        var reason = string.IsNullOrEmpty(result.Message) ? $"{result.Error}" : $"{result.Error}: {result.Message}";
        return new SendOutcome(kind, reason);
    }

    public Task<int?> FindLastSequenceAsync(
        int partition, ProducerId producer, CancellationToken cancellationToken) =>
        _progress.FindLastSequenceAsync(new TopicPartition(_topic, partition), producer, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        await _client.DisposeAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(4110, LogLevel.Warning,
            "Topic {Topic} cannot be used yet: {Error}. Nothing is read until it can; the agent keeps trying")]
        public static partial void TopicUnusable(ILogger logger, string topic, ErrorCode error);

        [LoggerMessage(4111, LogLevel.Error, "The queue gives no producer id: {Reason} The agent keeps trying")]
        public static partial void NoProducerId(ILogger logger, string reason);
    }
}
