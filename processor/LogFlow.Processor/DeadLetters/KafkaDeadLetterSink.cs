using System.Globalization;
using System.Text;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol.Records;
using LogFlow.Processor.Elasticsearch;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor.DeadLetters;

/// <summary>
/// Writes dead letters to <c>TOPIC.dlq</c> of the queue they came from: key, value and timestamp as they were, the
/// circumstances in headers. It tries until the queue has acknowledged; a letter can be there twice when the processor
/// dies between the acknowledgement and its own commit (<c>dlq.topic</c>, <c>dlq.partition</c> and <c>dlq.offset</c>
/// tell).
/// </summary>
internal sealed partial class KafkaDeadLetterSink : IDeadLetterSink
{
    private const int ReasonCharsMax = 2000;

    private readonly KafkaClient _client;
    private readonly KafkaProducer _producer;
    private readonly ProcessorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BackoffPolicy _backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));
    private readonly DeadLetterLog _log;

    public KafkaDeadLetterSink(
        KafkaClientOptions options, ProcessorMetrics metrics, ILoggerFactory loggers, TimeProvider time)
    {
        _client = new KafkaClient(options, loggers, time);
        _producer = new KafkaProducer(_client, new KafkaProducerOptions());
        _metrics = metrics;
        _time = time;
        _logger = loggers.CreateLogger<KafkaDeadLetterSink>();
        _log = new DeadLetterLog(_logger, time);
    }

    public async Task SendAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        _log.Mention(letters);
        for (var start = 0; start < letters.Count; start++)
        {
            // One after the other: dead letters are rare, and so their order is the queue's.
            await SendAsync(letters[start], cancellationToken);
        }

        _metrics.DeadLettered(letters);
    }

    public async ValueTask DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _client.DisposeAsync();
    }

    /// <summary>The topic for the dead letters of a topic.</summary>
    internal static string TopicOf(string topic) => topic + ".dlq";

    /// <summary>The headers of design.md §3.</summary>
    internal static RecordHeader[] HeadersOf(DeadLetter letter, DateTimeOffset now)
    {
        var reason = letter.Reason.Length <= ReasonCharsMax ? letter.Reason : letter.Reason[..ReasonCharsMax];
        return
        [
            Header("dlq.reason", reason),
            Header("dlq.stage", DeadLetter.NameOf(letter.Stage)),
            Header("dlq.plugin", letter.Plugin),
            Header("dlq.topic", letter.Source.Topic),
            Header("dlq.partition", letter.Source.Partition.ToString(CultureInfo.InvariantCulture)),
            Header("dlq.offset", letter.Record.Offset.ToString(CultureInfo.InvariantCulture)),
            Header("dlq.time", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
            Header("dlq.attempts", letter.Attempts.ToString(CultureInfo.InvariantCulture)),
        ];
    }

    private async Task SendAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        var record = new ProducerRecord
        {
            Topic = TopicOf(letter.Source.Topic),
            Key = letter.Record.Key,
            Value = letter.Record.Value,
            TimestampMs = letter.Record.TimestampMs,
            Headers = HeadersOf(letter, _time.GetUtcNow()),
        };
        for (var failures = 1; ; failures++)
        {
            var result = await _producer.SendAsync(record, cancellationToken);
            if (result.IsSuccess)
            {
                return;
            }

            Log.NotWritten(
                _logger, record.Topic, letter.Record.Offset, letter.Source.Topic, letter.Source.Partition,
                result.Error.ToString(), result.Message ?? "no reason given");
            await Task.Delay(_backoff.GetDelay(failures), _time, cancellationToken);
        }
    }

    private static RecordHeader Header(string key, string value) =>
        new(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));

    private static partial class Log
    {
        [LoggerMessage(6030, LogLevel.Error, "The dead letter for offset {Offset} of {Topic}-{Partition} could not be "
            + "written to {DlqTopic} ({Code}: {Reason}); retrying, the partition waits for it.")]
        public static partial void NotWritten(
            ILogger logger, string dlqTopic, long offset, string topic, int partition, string code, string reason);
    }
}
