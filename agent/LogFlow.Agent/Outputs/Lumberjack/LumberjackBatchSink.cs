using System.Security.Cryptography;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Sends batches as windows of Lumberjack 2. Lanes share connections, each lane always the same one, so the order
/// within a file is the order of sending. A batch is acknowledged with its last event; what a broken connection leaves open is
/// sent again: at least once.
/// </summary>
internal sealed class LumberjackBatchSink : IBatchSink
{
    private readonly TopicIdentity _lanes;
    private readonly SinkContext _context;
    private readonly LumberjackLink[] _links;
    private readonly BackgroundWork _work = new();

    public LumberjackBatchSink(LogstashOutputConfig config, TopicIdentity lanes, SinkContext context)
    {
        _lanes = lanes;
        _context = context;
        var hosts = LogstashTarget.Hosts(config);
        var frames = new LumberjackFrames(config.Index, context.Identity.Version, config.CompressionLevel);
        var trouble = new OutputTrouble(
            "Logstash", context.Time, context.Loggers.CreateLogger<LumberjackBatchSink>());

        // Many agents with the same list begin with different hosts.
        var first = RandomNumberGenerator.GetInt32(hosts.Count);
        var count = config.ConnectionsPerHost * (config.LoadBalance ? hosts.Count : 1);
        _links = [.. Enumerable.Range(0, Math.Min(count, OutputTarget.LaneCount)).Select(index => new LumberjackLink(
            config, hosts, config.LoadBalance ? first + index : first, frames, trouble, context.Time))];
        foreach (var link in _links)
        {
            _work.Start("a connection to Logstash", link.RunAsync);
        }
    }

    public async Task<TopicIdentity> GetTopicAsync(CancellationToken cancellationToken)
    {
        await _links[0].ReachAsync(cancellationToken);
        return _lanes;
    }

    /// <summary>Nobody has to know: Lumberjack has no means against repetition.</summary>
    public Task<ProducerId> NewProducerAsync(CancellationToken cancellationToken) =>
        Task.FromResult(LocalProducers.Next(_context.Time));

    public Task<SendOutcome> SendAsync(
        int partition, Lease<EncodedBatch> batch, CancellationToken cancellationToken)
    {
        var sending = new LumberjackBatch(batch);
        _links[partition % _links.Length].Queue.Add(sending);

        // Who gives up need not wait for the connection; the bytes are held until that has ended.
        return sending.Done.WaitAsync(cancellationToken);
    }

    /// <summary>Lumberjack has no sequences.</summary>
    public Task<int?> FindLastSequenceAsync(
        int partition, ProducerId producer, CancellationToken cancellationToken) => Task.FromResult<int?>(null);

    public ValueTask DisposeAsync() => _work.DisposeAsync();
}
