using System.Diagnostics.CodeAnalysis;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Brings encoded record batches into their partitions: in call order, each once. A batch carries its producer id,
/// epoch and sequence, so sending the same bytes again after a lost connection is recognised by the broker; it is done
/// until the broker answers, for as long as the caller waits. Errors that trying again does not mend are returned.
/// </summary>
public sealed partial class PartitionSender : IAsyncDisposable
{
    private static readonly TimeSpan IdleInterval = TimeSpan.FromMinutes(1);
    private const int FailuresBeforeLog = 5;

    // Added to waits: timers cut fractions off and would fire just too early.
    private static readonly TimeSpan TimerResolution = TimeSpan.FromMilliseconds(1);

    private readonly KafkaClient _client;
    private readonly PartitionSenderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _lane;
    private readonly int _requestsInFlightMax;
    private readonly AsyncSignal _wake;
    private readonly BackgroundWork _work = new();

    // Guards all below and the partitions, batches and outboxes in them. No other lock is taken while it is held,
    // except the metadata cache's.
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, PartitionLane> _lanes = [];
    private readonly List<PartitionLane> _rotation = [];
    private readonly Dictionary<BrokerEndpoint, ProduceOutbox> _outboxes = [];
    private readonly HashSet<string> _resolving = [];
    private long _inFlightBytes;
    private int _first;
    private bool _disposed;
    private Exception? _failure;

    public PartitionSender(KafkaClient client, PartitionSenderOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.InFlightPerPartitionMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            options.InFlightPerPartitionMax, PartitionSenderOptions.InFlightPerPartitionLimit);
        _client = client;
        _options = options;
        _time = client.Time;
        _logger = client.Loggers.CreateLogger<PartitionSender>();
        _lane = client.AllocateLane();
        _wake = new AsyncSignal(_time);

        // With places to spare the connection never makes a request wait, so requests leave in the order of their
        // sending. See KafkaConnection.SendAsync.
        _requestsInFlightMax = Math.Max(1, client.Options.InFlightPerConnectionMax / 2);
        _work.Start("sending record batches", stopping => GuardAsync(PumpAsync, stopping));
    }

    /// <summary>
    /// Faulted when sending has ended by a failure of this side (a defect, no memory): then all that was unfinished has
    /// failed with it, and so does whatever is sent from then on.
    /// </summary>
    public Task Completion => _work.Completion;

    /// <summary>
    /// Sends one record batch (format 2). Call order is log order within a partition. The memory must stay valid and
    /// unchanged until the task ends. After a result that is not a success, wait for the results of all other batches
    /// of the partition before sending it more of the same producer epoch.
    /// </summary>
    /// <exception cref="OperationCanceledException">
    /// Given up; the batch may be in the log or not. A batch on its way is answered for first.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// Sending has failed on this side (see <see cref="Completion"/>); the batch may be in the log or not.
    /// </exception>
    public ValueTask<SendResult> SendAsync(
        TopicPartition partition, ReadOnlyMemory<byte> recordBatch, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<SendResult>(cancellationToken);
        }

        var batch = new OutgoingBatch(partition, recordBatch);
        if (batch.Header.TotalSize != recordBatch.Length)
        {
            throw new ArgumentException("The memory must hold exactly one record batch.", nameof(recordBatch));
        }

        if (cancellationToken.CanBeCanceled)
        {
            batch.Cancellation = cancellationToken.Register(() => Cancel(batch, cancellationToken));
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_failure is { } failure)
            {
                batch.Cancellation.Unregister();
                return ValueTask.FromException<SendResult>(Failed(failure));
            }

            if (!batch.IsCancelled)
            {
                var lane = Lane(partition);
                if (!lane.TryEnqueue(batch))
                {
                    batch.Cancellation.Unregister();
                    return ValueTask.FromResult(lane.NotSent());
                }
            }
        }

        _wake.Set();
        return new ValueTask<SendResult>(batch.Task);
    }

    /// <summary>Batches sent and not yet acknowledged.</summary>
    internal int InFlightCount
    {
        get
        {
            lock (_gate)
            {
                return _rotation.Sum(static lane => lane.InFlightCount);
            }
        }
    }

    /// <summary>Their bytes.</summary>
    internal long InFlightBytes
    {
        get
        {
            lock (_gate)
            {
                return _inFlightBytes;
            }
        }
    }

    /// <summary>Ends without waiting for acknowledgements; what is unfinished is cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        // Ends the requests under way, so that no batch's memory is in use any more. Again afterwards: a connection may
        // have been on its way.
        var stopping = _work.StopAsync();
        await _client.CloseLaneAsync(_lane);
        await stopping;
        await _client.CloseLaneAsync(_lane);
        foreach (var batch in TakeUnfinished())
        {
            batch.Cancel(_work.Stopping);
        }

        await _work.DisposeAsync();
    }

    private async Task PumpAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await _wake.WaitAsync(Dispatch(), stopping);
        }
    }

    /// <summary>Sends all that can be sent now; returns how long there is nothing more to do by itself.</summary>
    private TimeSpan Dispatch()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_failure is not null)
                {
                    return IdleInterval;
                }

                // One moment for both: a retry that falls due in between would be waited for until something else
                // wakes.
                var now = _time.GetTimestamp();
                FillOutboxes(now);
                var sent = false;
                foreach (var outbox in _outboxes.Values)
                {
                    if (outbox.HasBatches)
                    {
                        Send(outbox);
                        sent = true;
                    }
                }

                if (!sent)
                {
                    return UntilNextRetry(now);
                }
            }
        }
    }

    /// <summary>At most one batch of each partition: they share a request where they go to the same broker.</summary>
    private void FillOutboxes(long now)
    {
        _first = _rotation.Count == 0 ? 0 : (_first + 1) % _rotation.Count;
        for (var index = 0; index < _rotation.Count; index++)
        {
            var lane = _rotation[(_first + index) % _rotation.Count];
            var batch = lane.Next(_options.InFlightPerPartitionMax, now);
            if (batch is null || !TryFindOutbox(lane.Partition, out var outbox))
            {
                continue;
            }

            if (_inFlightBytes > 0 && _inFlightBytes + batch.Bytes.Length > _options.InFlightBytesMax)
            {
                return;
            }

            if (outbox.RequestsInFlight < _requestsInFlightMax && outbox.HasRoomFor(batch, _options.RequestBytesMax))
            {
                lane.Take(batch);
                outbox.Add(batch);
                _inFlightBytes += batch.Bytes.Length;
            }
        }
    }

    /// <summary>The way to the partition's leader, if it is known and connected; else work on that is begun.</summary>
    private bool TryFindOutbox(TopicPartition partition, [NotNullWhen(true)] out ProduceOutbox? outbox)
    {
        outbox = null;
        var topic = _client.Metadata.Find(partition.Topic);
        var node = topic is { Error: ErrorCode.None } && partition.Partition < topic.Partitions.Count
            ? _client.FindBroker(topic.Partitions[partition.Partition].LeaderId)
            : null;
        if (node is null)
        {
            if (_resolving.Add(partition.Topic))
            {
                Begin("looking up leaders", stopping => ResolveAsync(partition.Topic, stopping));
            }

            return false;
        }

        if (!_outboxes.TryGetValue(node.Endpoint, out outbox))
        {
            _outboxes[node.Endpoint] = outbox = new ProduceOutbox(node);
        }

        if (outbox.Connection is { IsOpen: true })
        {
            return true;
        }

        if (!outbox.IsConnecting)
        {
            outbox.IsConnecting = true;
            var connecting = outbox;
            Begin("connecting to a leader", stopping => ConnectAsync(connecting, stopping));
        }

        return false;
    }

    private void Send(ProduceOutbox outbox)
    {
        var batches = outbox.TakeBatches();
        var request = ProduceOutbox.BuildRequest(batches, _options.AckTimeout);
        var connection = outbox.Connection!;
        outbox.RequestsInFlight++;

        // Called inside the lock: the request takes its place in the connection's order before any other can.
        var response = SendAsync(connection, request);
        Begin("waiting for a produce response", _ => HandleAsync(outbox, batches, response));
    }

    private async Task<KafkaResponse<ProduceResponse>> SendAsync(KafkaConnection connection, ProduceRequest request)
    {
        var version = connection.Versions.Negotiate<ProduceRequest, ProduceResponse>(ProduceOutbox.ProduceVersionMax);
        var timeout = _options.AckTimeout + _client.Options.RequestTimeout;
        return await connection.SendAsync<ProduceRequest, ProduceResponse>(
            request, version, pooled: false, timeout, CancellationToken.None);
    }

    private async Task HandleAsync(
        ProduceOutbox outbox, OutgoingBatch[] batches, Task<KafkaResponse<ProduceResponse>> sent)
    {
        ProduceResponse? response = null;
        var failure = new SendResult(ErrorCode.NetworkException);
        try
        {
            using var received = await sent;
            response = received.Message;
        }
        catch (KafkaException exception)
        {
            failure = new SendResult(exception.Code, Message: exception.Message);
        }
        catch (Exception exception)
        {
            // The request failed on this side; GuardAsync takes its batches out.
            lock (_gate)
            {
                Return(outbox, batches);
            }

            throw new InvalidOperationException($"A produce request failed: {exception.Message}", exception);
        }

        var finished = new List<(OutgoingBatch Batch, SendResult Result)>();
        lock (_gate)
        {
            if (_failure is not null)
            {
                Return(outbox, batches);
                return;
            }

            outbox.RequestsInFlight--;
            foreach (var batch in batches)
            {
                _inFlightBytes -= batch.Bytes.Length;
                var answer = response is null ? failure : FindAnswer(response, batch.Partition);
                OnAnswer(Lane(batch.Partition), batch, answer, finished);
            }
        }

        Complete(finished);
        _wake.Set();
    }

    private void Return(ProduceOutbox outbox, OutgoingBatch[] batches)
    {
        outbox.RequestsInFlight--;
        foreach (var batch in batches)
        {
            _inFlightBytes -= batch.Bytes.Length;
            Lane(batch.Partition).Return(batch);
        }
    }

    private void OnAnswer(
        PartitionLane lane, OutgoingBatch batch, SendResult answer, List<(OutgoingBatch, SendResult)> finished)
    {
        if (!lane.OnAnswer(batch, answer, finished))
        {
            OnProgress(lane);
            return;
        }

        if (batch.IsCancelled && lane.TryCancel(batch, finished))
        {
            batch.Cancel(CancellationToken.None);
        }

        // A request that failed brings its batches here one after the other: that is one failure of the partition.
        if (lane.NotBefore <= _time.GetTimestamp())
        {
            OnSetback(lane, answer);
        }
    }

    private void OnSetback(PartitionLane lane, SendResult answer)
    {
        if (lane.Failures++ == 0 || answer.Error != ErrorCode.OutOfOrderSequenceNumber)
        {
            lane.Setback = answer;
        }

        var options = _client.Options;
        var delay = ExponentialBackoff.Delay(lane.Failures, options.RetryBackoff, options.RetryBackoffMax);
        lane.NotBefore = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
        _client.InvalidateTopic(lane.Partition.Topic);
        if (lane.Failures == 1)
        {
            lane.FailingSince = _time.GetUtcNow();
        }

        // An outage of the broker itself is told by BrokerReachability.
        var isDue = lane.Failures == FailuresBeforeLog
            || (lane.Failures > FailuresBeforeLog && _time.GetElapsedTime(lane.SaidAt) > _options.StuckLogInterval);
        if (isDue && answer.Error != ErrorCode.NetworkException)
        {
            lane.SaidAt = _time.GetTimestamp();
            Log.Stuck(_logger, lane.Partition, lane.Setback.Error, lane.FailingSince, lane.Setback.Message);
        }
    }

    private void OnProgress(PartitionLane lane)
    {
        if (lane.Failures >= FailuresBeforeLog)
        {
            Log.Unstuck(_logger, lane.Partition, _time.GetUtcNow() - lane.FailingSince);
        }

        lane.Failures = 0;
        lane.FailingSince = default;
    }

    private static SendResult FindAnswer(ProduceResponse response, TopicPartition partition)
    {
        var answer = response.Responses.Find(topic => topic.Name == partition.Topic)?
            .PartitionResponses.Find(candidate => candidate.Index == partition.Partition);

        // A response that leaves a partition out says nothing about it: ask again.
        return answer is null
            ? new SendResult(ErrorCode.NetworkException, Message: "the response does not mention the partition")
            : new SendResult(answer.ErrorCode, answer.BaseOffset, Message: answer.ErrorMessage);
    }

    private void Cancel(OutgoingBatch batch, CancellationToken cancellationToken)
    {
        var finished = new List<(OutgoingBatch, SendResult)>();
        bool isOut;
        lock (_gate)
        {
            isOut = Lane(batch.Partition).TryCancel(batch, finished);
        }

        if (isOut)
        {
            batch.Cancel(cancellationToken);
        }

        Complete(finished);
        _wake.Set();
    }

    private static void Complete(List<(OutgoingBatch Batch, SendResult Result)> finished)
    {
        foreach (var (batch, result) in finished)
        {
            batch.Cancellation.Unregister();
            batch.Complete(result);
        }
    }

    private async Task ConnectAsync(ProduceOutbox outbox, CancellationToken stopping)
    {
        try
        {
            var connection = await outbox.Node.ConnectAsync(_lane, stopping);
            lock (_gate)
            {
                outbox.Connection = connection;
            }
        }
        catch (KafkaException)
        {
            // Told by BrokerReachability, which also spaces the attempts. Its partitions may have moved meanwhile.
            InvalidateTopicsOf(outbox);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The sender or the client is being disposed.
        }
        finally
        {
            lock (_gate)
            {
                outbox.IsConnecting = false;
            }

            _wake.Set();
        }
    }

    private void InvalidateTopicsOf(ProduceOutbox outbox)
    {
        lock (_gate)
        {
            foreach (var topic in _rotation.Select(static lane => lane.Partition.Topic).Distinct())
            {
                if (_client.Metadata.Find(topic) is { } known
                    && known.Partitions.Any(partition => _client.FindBroker(partition.LeaderId) == outbox.Node))
                {
                    _client.InvalidateTopic(topic);
                }
            }
        }
    }

    private async Task ResolveAsync(string topic, CancellationToken stopping)
    {
        var finished = new List<(OutgoingBatch, SendResult)>();
        try
        {
            var found = await _client.GetTopicAsync(topic, _options.AllowAutoCreateTopics, stopping);
            lock (_gate)
            {
                foreach (var lane in _rotation.Where(lane => lane.Partition.Topic == topic))
                {
                    OnResolved(lane, found, finished);
                }
            }
        }
        catch (KafkaException exception)
        {
            Log.MetadataFailed(_logger, topic, exception.Message);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The sender or the client is being disposed.
        }
        finally
        {
            lock (_gate)
            {
                _resolving.Remove(topic);
            }

            Complete(finished);
            _wake.Set();
        }
    }

    /// <summary>A topic that cannot be used is an answer to its next batch, as if the leader had given it.</summary>
    private void OnResolved(PartitionLane lane, TopicMetadata topic, List<(OutgoingBatch, SendResult)> finished)
    {
        var index = lane.Partition.Partition;
        var error = topic.Error != ErrorCode.None ? topic.Error
            : index >= topic.Partitions.Count ? ErrorCode.UnknownTopicOrPartition
            : _client.FindBroker(topic.Partitions[index].LeaderId) is null ? ErrorCode.LeaderNotAvailable
            : ErrorCode.None;
        if (error == ErrorCode.None || lane.Next(1, long.MaxValue) is not { } batch)
        {
            return;
        }

        // The look-up has waited long for the topic to settle: no further failures are needed to make it worth a line.
        lane.Failures = Math.Max(lane.Failures, FailuresBeforeLog - 1);
        lane.FailingSince = lane.FailingSince == default ? _time.GetUtcNow() : lane.FailingSince;
        lane.Take(batch);
        OnAnswer(lane, batch, new SendResult(error), finished);
    }

    private TimeSpan UntilNextRetry(long now)
    {
        var nearest = IdleInterval;
        foreach (var lane in _rotation)
        {
            if (lane.NotBefore > now)
            {
                nearest = Min(nearest, _time.GetElapsedTime(now, lane.NotBefore) + TimerResolution);
            }
        }

        return nearest;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private PartitionLane Lane(TopicPartition partition)
    {
        if (!_lanes.TryGetValue(partition, out var lane))
        {
            _lanes[partition] = lane = new PartitionLane(partition);
            _rotation.Add(lane);
        }

        return lane;
    }
}
