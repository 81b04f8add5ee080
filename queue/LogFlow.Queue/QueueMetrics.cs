using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// What the queue counts, under the meter <c>LogFlow.Queue</c>. Recorded per request or batch, never per record.
/// </summary>
internal sealed class QueueMetrics
{
    public const string MeterName = "LogFlow.Queue";

    private readonly ConcurrentDictionary<ApiKey, KeyValuePair<string, object?>> _apiTags = new();
    private readonly ConcurrentDictionary<string, KeyValuePair<string, object?>> _topicTags = new();
    private readonly Histogram<double> _requestDuration;
    private readonly Counter<long> _produceBytes;
    private readonly Counter<long> _produceRecords;
    private readonly Counter<long> _fetchBytes;
    private readonly Counter<long> _produceErrors;
    private readonly Counter<long> _connectionsOpened;
    private readonly Counter<long> _connectionsClosed;
    private readonly Counter<long> _loginFailures;
    private readonly Counter<long> _authorizationFailures;
    private readonly Counter<long> _rebalances;
    private readonly Counter<long> _offsetCommits;
    private readonly Counter<long> _transactionsCompleted;
    private readonly Histogram<double> _transactionDuration;
    private readonly Counter<long> _producersFenced;
    private long _recordsIn;
    private long _bytesIn;
    private long _bytesOut;

    public QueueMetrics(IMeterFactory meters)
    {
        Meter = meters.Create(MeterName);
        _requestDuration = Meter.CreateHistogram<double>(
            "logflow.queue.request.duration", "s", "From a request's last byte in to its answer's last byte out.");
        _produceBytes = Meter.CreateCounter<long>(
            "logflow.queue.produce.size", "By", "Record batches accepted, as sent (compressed).");
        _produceRecords = Meter.CreateCounter<long>(
            "logflow.queue.produce.records", "{record}", "Records accepted and durable.");
        _produceErrors = Meter.CreateCounter<long>(
            "logflow.queue.produce.errors", "{batch}", "Record batches refused, by error.");
        _fetchBytes = Meter.CreateCounter<long>(
            "logflow.queue.fetch.size", "By", "Record batches handed to consumers.");
        _connectionsOpened = Meter.CreateCounter<long>(
            "logflow.queue.connections.opened", "{connection}", "Connections accepted.");
        _connectionsClosed = Meter.CreateCounter<long>(
            "logflow.queue.connections.closed", "{connection}", "Connections ended; opened minus closed are there.");
        _loginFailures = Meter.CreateCounter<long>(
            "logflow.queue.login.failures", "{connection}", "Connections that failed in TLS's handshake or to log in.");
        _authorizationFailures = Meter.CreateCounter<long>(
            "logflow.queue.authorization.failures", "{check}", "What clients asked for and no ACL lets them do.");
        _rebalances = Meter.CreateCounter<long>(
            "logflow.queue.group.rebalances", "{rebalance}", "Rebalances begun by consumer groups.");
        _offsetCommits = Meter.CreateCounter<long>(
            "logflow.queue.group.commits", "{commit}", "Offset commits that became durable.");
        _transactionsCompleted = Meter.CreateCounter<long>(
            "logflow.queue.transaction.completed", "{transaction}", "Transactions that ended, by outcome.");
        _transactionDuration = Meter.CreateHistogram<double>(
            "logflow.queue.transaction.duration", "s", "From a transaction's first partition to its last marker.");
        _producersFenced = Meter.CreateCounter<long>(
            "logflow.queue.transaction.fenced", "{request}", "Requests of producers that were replaced or timed out.");
    }

    public Meter Meter { get; }

    public long RecordsIn => Interlocked.Read(ref _recordsIn);

    public long BytesIn => Interlocked.Read(ref _bytesIn);

    public long BytesOut => Interlocked.Read(ref _bytesOut);

    public void LoginFailed(string listener) =>
        _loginFailures.Add(1, new KeyValuePair<string, object?>("listener", listener));

    public void AuthorizationFailed(AclOperation operation, AclResourceType type) => _authorizationFailures.Add(
        1,
        new KeyValuePair<string, object?>("operation", operation.ToString()),
        new KeyValuePair<string, object?>("resource", type.ToString()));

    public void RequestAnswered(ApiKey key, TimeSpan duration)
    {
        if (_requestDuration.Enabled)
        {
            _requestDuration.Record(duration.TotalSeconds, ApiTag(key));
        }
    }

    public void Produced(string topic, long records, long bytes)
    {
        Interlocked.Add(ref _recordsIn, records);
        Interlocked.Add(ref _bytesIn, bytes);
        if (_produceBytes.Enabled)
        {
            var tag = TopicTag(topic);
            _produceRecords.Add(records, tag);
            _produceBytes.Add(bytes, tag);
        }
    }

    public void ProduceRefused(ErrorCode error)
    {
        if (_produceErrors.Enabled)
        {
            _produceErrors.Add(1, new KeyValuePair<string, object?>("error", error.ToString()));
        }
    }

    public void Fetched(string topic, long bytes)
    {
        Interlocked.Add(ref _bytesOut, bytes);
        if (_fetchBytes.Enabled)
        {
            _fetchBytes.Add(bytes, TopicTag(topic));
        }
    }

    public void ConnectionOpened() => _connectionsOpened.Add(1);

    public void ConnectionClosed() => _connectionsClosed.Add(1);

    public void GroupRebalanced() => _rebalances.Add(1);

    public void OffsetsCommitted() => _offsetCommits.Add(1);

    /// <summary>Every partition and group of the transaction knows how it ended.</summary>
    public void TransactionCompleted(TransactionOutcome outcome, TimeSpan duration)
    {
        var tag = OutcomeTag(outcome);
        _transactionsCompleted.Add(1, tag);
        _transactionDuration.Record(duration.TotalSeconds, tag);
    }

    /// <summary>A request for transactions came from a producer that is not the id's any more.</summary>
    public void ProducerFenced() => _producersFenced.Add(1);

    /// <summary>A deleted topic's tag is forgotten, so that tags do not pile up.</summary>
    public void TopicDeleted(string topic) => _topicTags.TryRemove(topic, out _);

    private static KeyValuePair<string, object?> OutcomeTag(TransactionOutcome outcome) => new("outcome", outcome switch
    {
        TransactionOutcome.Committed => "committed",
        TransactionOutcome.Aborted => "aborted",
        TransactionOutcome.TimedOut => "timed_out",
        TransactionOutcome.Fenced => "fenced",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "a transaction without an end"),
    });

    private KeyValuePair<string, object?> ApiTag(ApiKey key) =>
        _apiTags.GetOrAdd(key, static api => new("api", api.ToString()));

    private KeyValuePair<string, object?> TopicTag(string topic) =>
        _topicTags.GetOrAdd(topic, static name => new("topic", name));
}
