using LogFlow.Bulk;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Sends batches by <c>_bulk</c>, action <c>create</c>, under ids that name the lines: what is sent again is answered
/// with 409 and counts as done. A batch is acknowledged when each of its documents is stored, was stored before, or can
/// never be stored and was dropped or parked, and counted.
/// </summary>
internal sealed partial class ElasticsearchBatchSink : IBatchSink
{
    private const int LineBytesMax = 64 << 20;

    private readonly ElasticsearchOutputConfig _config;
    private readonly TopicIdentity _lanes;
    private readonly SinkContext _context;
    private readonly ElasticsearchNodes _nodes;
    private readonly BulkDestinations _destinations;
    private readonly BackoffPolicy _backoff;
    private readonly OutputTrouble _trouble;
    private readonly ElasticsearchRun _run;
    private readonly ILogger _logger;

    public ElasticsearchBatchSink(ElasticsearchOutputConfig config, TopicIdentity lanes, SinkContext context)
    {
        _config = config;
        _lanes = lanes;
        _context = context;
        _logger = context.Loggers.CreateLogger<ElasticsearchBatchSink>();
        _nodes = new ElasticsearchNodes(config, context.Time);
        _destinations = new BulkDestinations(config, context.Identity, context.Counters);
        _backoff = new BackoffPolicy(config.BackoffInit, config.BackoffMax);
        _trouble = new OutputTrouble("Elasticsearch", context.Time, _logger);
        _run = new ElasticsearchRun(config, _nodes, _destinations, _backoff, _trouble, context);
    }

    /// <summary>Waits until a node answers who it is; then sees to the default index's template.</summary>
    public async Task<TopicIdentity> GetTopicAsync(CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            var answer = await _nodes.SendAsync(HttpMethod.Get, "", null, cancellationToken);

            // 403: the user may write and not ask. That is no reason not to write.
            if (answer.IsSuccess || answer.Status == 403)
            {
                Log.Connected(
                    _logger, ElasticsearchHosts.Describe(answer.Node),
                    ServerInfo.TryParse(answer.Body)?.ToString() ?? "an unknown version");
                _trouble.Over();
                break;
            }

            _trouble.Failed(answer.Describe(), answer.Status == 401);
            await Task.Delay(_backoff.GetDelay(failures), _context.Time, cancellationToken);
        }

        if (_config.Index.Length == 0)
        {
            await EnsureTemplateAsync(cancellationToken);
        }

        return _lanes;
    }

    /// <summary>Nobody has to know: repetition is told by ids.</summary>
    public Task<ProducerId> NewProducerAsync(CancellationToken cancellationToken) =>
        Task.FromResult(LocalProducers.Next(_context.Time));

    public async Task<SendOutcome> SendAsync(
        int partition, Lease<EncodedBatch> batch, CancellationToken cancellationToken)
    {
        using var held = batch.Retain();
        using var records = RecordBatch.Decode(held.Value.Memory, LineBytesMax);
        var lines = new List<BulkLine>(records.Header.Count);
        foreach (var record in records)
        {
            var source = record.Value!.Value;
            lines.Add(new BulkLine(record.Key!.Value, source, _destinations.Find(source)));
        }

        await _run.SendAsync(lines, cancellationToken);
        return SendOutcome.Acknowledged;
    }

    /// <summary>Elasticsearch knows no sequences.</summary>
    public Task<int?> FindLastSequenceAsync(
        int partition, ProducerId producer, CancellationToken cancellationToken) => Task.FromResult<int?>(null);

    public ValueTask DisposeAsync()
    {
        _run.Dispose();
        _nodes.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// The default index is a data stream, and only a template makes it one. One that is there already, whoever made
    /// it, stays.
    /// </summary>
    private async Task EnsureTemplateAsync(CancellationToken cancellationToken)
    {
        var name = BulkDestinations.DefaultIndex(_context.Identity);
        var path = $"_index_template/{Uri.EscapeDataString(name)}";
        var answer = await _nodes.SendAsync(HttpMethod.Get, path, null, cancellationToken);
        if (answer.Status == 404)
        {
            answer = await _nodes.SendAsync(HttpMethod.Put, path, DefaultTemplate.For(name), cancellationToken);
            if (answer.IsSuccess)
            {
                Log.TemplateMade(_logger, name);
            }
        }

        if (!answer.IsSuccess)
        {
            Log.NoTemplate(_logger, name, answer.Describe());
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4810, LogLevel.Information, "{Node} is {Server}")]
        public static partial void Connected(ILogger logger, string node, string server);

        [LoggerMessage(4811, LogLevel.Information, "Index template {Name} was not there and has been made")]
        public static partial void TemplateMade(ILogger logger, string name);

        [LoggerMessage(4812, LogLevel.Warning,
            "Whether index template {Name} is there is not known ({Reason}). Without it Elasticsearch makes a plain "
            + "index of that name")]
        public static partial void NoTemplate(ILogger logger, string name, string reason);
    }
}
