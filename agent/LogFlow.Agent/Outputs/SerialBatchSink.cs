using System.Net.Sockets;
using System.Threading.Channels;
using LogFlow.Bulk;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// A sink for targets that take one batch after the other: a file, the console, a list. Batches are delivered in the
/// order in which they come, each as often as it takes: at least once.
/// </summary>
internal abstract class SerialBatchSink : IBatchSink
{
    private readonly TopicIdentity _lanes;
    private readonly OutputTrouble _trouble;
    private readonly BackoffPolicy _backoff;
    private readonly BackgroundWork _work = new();

    /// <summary>As many as all lanes can have under way: it is never full.</summary>
    private readonly Channel<SentBatch> _batches = Channel.CreateBounded<SentBatch>(
        OutputTarget.LaneCount * PartitionPublisher.InFlightMax);

    protected SerialBatchSink(TopicIdentity lanes, string subject, BackoffPolicy backoff, SinkContext context)
    {
        _lanes = lanes;
        Context = context;
        _backoff = backoff;
        _trouble = new OutputTrouble(subject, context.Time, context.Loggers.CreateLogger<SerialBatchSink>());
        _work.Start($"delivering to {lanes.Name}", RunAsync);
    }

    public Task? Completion => _work.Completion;

    /// <summary>Clock, logs, counters.</summary>
    protected SinkContext Context { get; }

    public Task<TopicIdentity> GetTopicAsync(CancellationToken cancellationToken) => Task.FromResult(_lanes);

    /// <summary>Nobody has to know: these targets have no means against repetition.</summary>
    public Task<ProducerId> NewProducerAsync(CancellationToken cancellationToken) =>
        Task.FromResult(LocalProducers.Next(Context.Time));

    public async Task<SendOutcome> SendAsync(
        int partition, Lease<EncodedBatch> batch, CancellationToken cancellationToken)
    {
        var sending = new SentBatch(batch);
        await _batches.Writer.WriteAsync(sending, CancellationToken.None);

        // Who gives up need not wait for the target; the bytes are held until that has ended.
        return await sending.Done.WaitAsync(cancellationToken);
    }

    /// <summary>These targets have no sequences.</summary>
    public Task<int?> FindLastSequenceAsync(
        int partition, ProducerId producer, CancellationToken cancellationToken) => Task.FromResult<int?>(null);

    public async ValueTask DisposeAsync()
    {
        await _work.DisposeAsync();
        while (_batches.Reader.TryRead(out var left))
        {
            left.Cancel();
        }

        await CloseAsync();
    }

    /// <summary>Brings all of the events to the target, durably where it can be.</summary>
    /// <exception cref="IOException">It cannot at present; it is tried again.</exception>
    protected abstract Task DeliverAsync(ReadOnlyMemory<Record> events, CancellationToken cancellationToken);

    /// <summary>Gives back what the target took.</summary>
    protected abstract ValueTask CloseAsync();

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var batch = await _batches.Reader.ReadAsync(cancellationToken);
            try
            {
                await DeliverAsync(batch, cancellationToken);
            }
            catch
            {
                batch.Cancel();
                throw;
            }

            _trouble.Over();
            batch.Complete();
        }
    }

    private async Task DeliverAsync(SentBatch batch, CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                await DeliverAsync(batch.All, cancellationToken);
                return;
            }
            catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException)
            {
                _trouble.Failed(error.Message);
            }

            await Task.Delay(_backoff.GetDelay(failures), Context.Time, cancellationToken);
        }
    }
}
