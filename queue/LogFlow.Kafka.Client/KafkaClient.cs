using System.Collections.Concurrent;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

/// <summary>
/// A Kafka cluster as seen from one process: its brokers, topics and coordinators, and a way to send them requests.
/// Producers, consumers and the admin client share it. Safe for concurrent use.
/// </summary>
public sealed class KafkaClient : IAsyncDisposable
{
    /// <summary>The lane of short requests; see <see cref="BrokerTarget.Lane"/>.</summary>
    internal const int SharedLane = 0;

    // Kept for the next response, as long as responses need it.
    private const long KeptBytesMax = 32 * 1024 * 1024;
    private static readonly TimeSpan TrimInterval = TimeSpan.FromSeconds(30);

    private readonly BrokerEndpoint[] _bootstrap;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<BrokerEndpoint, BrokerNode> _nodes = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CoordinatorCache _coordinators;
    private readonly ITimer _trimming;
    private int _laneCount;
    private int _disposed;

    /// <exception cref="FormatException">A bootstrap server is not an address.</exception>
    /// <exception cref="ArgumentException">There is no bootstrap server.</exception>
    public KafkaClient(KafkaClientOptions options, ILoggerFactory loggers, TimeProvider? time = null)
    {
        if (options.BootstrapServers.Count == 0)
        {
            throw new ArgumentException("At least one bootstrap server is needed.", nameof(options));
        }

        Options = options;
        Time = time ?? TimeProvider.System;
        Loggers = loggers;
        _logger = loggers.CreateLogger<KafkaClient>();
        _bootstrap = [.. options.BootstrapServers.Select(BrokerEndpoint.Parse)];
        Metadata = new MetadataCache(this, options, Time);
        _coordinators = new CoordinatorCache(this);
        _trimming = Time.CreateTimer(_ => Buffers.Trim(), null, TrimInterval, TrimInterval);
    }

    public KafkaClientOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ILoggerFactory Loggers { get; }

    internal MetadataCache Metadata { get; }

    /// <summary>Lends the memory of all responses.</summary>
    internal BytePool Buffers { get; } = new(KeptBytesMax);

    /// <summary>
    /// Sends one request to the broker that <paramref name="target"/> means at this moment, in the highest version that
    /// both sides speak. Tries to reach the broker for <see cref="KafkaClientOptions.ApiTimeout"/>; a request that was
    /// sent is never repeated. Error codes inside the response are the caller's to judge.
    /// </summary>
    /// <exception cref="KafkaException">Not reached, or the connection was lost before the answer.</exception>
    public async Task<TResponse> SendAsync<TRequest, TResponse>(
        BrokerTarget target, TRequest request, CancellationToken cancellationToken)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse>
    {
        using var timeout = new CancellationTokenSource(Options.ApiTimeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        KafkaConnection connection;
        try
        {
            connection = await ConnectUntilReachedAsync(target, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new KafkaException(
                ErrorCode.RequestTimedOut,
                $"No broker for {TRequest.ApiKey} was reached within {Options.ApiTimeout.TotalSeconds:0.#} s.");
        }

        var version = connection.Versions.Negotiate<TRequest, TResponse>();
        var response = await connection.SendAsync<TRequest, TResponse>(
            request, version, pooled: false, timeout: null, cancellationToken);
        return response.Message;
    }

    /// <summary>Tries each bootstrap server once, in turn, until one answers.</summary>
    /// <exception cref="KafkaException">None does; the message is of the last.</exception>
    public async Task EnsureReachableAsync(CancellationToken cancellationToken)
    {
        for (var index = 0; ; index++)
        {
            try
            {
                _ = await Node(_bootstrap[index]).ConnectAsync(SharedLane, cancellationToken);
                return;
            }
            catch (KafkaException) when (index < _bootstrap.Length - 1)
            {
                // The next one may answer.
            }
        }
    }

    /// <summary>
    /// The topic's id and partitions, from the cache while fresh. Waits, as long as the caller does, until a broker
    /// answers. What is wrong with the topic itself is in <see cref="TopicMetadata.Error"/>. With
    /// <paramref name="allowAutoCreate"/> a broker that is set so creates a topic that does not exist.
    /// </summary>
    public ValueTask<TopicMetadata> GetTopicAsync(
        string topic, bool allowAutoCreate, CancellationToken cancellationToken) =>
        Metadata.GetTopicAsync(topic, allowAutoCreate, cancellationToken);

    /// <summary>
    /// Makes the next use of the topic ask the cluster: a broker said that what is known is outdated.
    /// </summary>
    public void InvalidateTopic(string topic) => Metadata.Invalidate(topic);

    /// <summary>A new producer id, epoch 0. Waits, as long as the caller does, until a broker gives one.</summary>
    /// <exception cref="KafkaException">The broker refuses (not authorised).</exception>
    public async Task<ProducerIdentity> InitProducerIdAsync(CancellationToken cancellationToken)
    {
        var response = await SendUntilAnsweredAsync<InitProducerIdRequest, InitProducerIdResponse>(
            BrokerTarget.Any,
            // Without a transactional id the timeout means nothing; Java sends its maximum, too.
            static _ => new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = int.MaxValue },
            static response => response.ErrorCode,
            cancellationToken);
        var error = response.ErrorCode;
        return error == ErrorCode.None
            ? new ProducerIdentity(response.ProducerId, response.ProducerEpoch)
            : throw new KafkaException(error, $"The broker gave no producer id: {error}.");
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _trimming.DisposeAsync();
        await _stopping.CancelAsync();
        foreach (var node in _nodes.Values)
        {
            await node.DisposeAsync();
        }
    }

    /// <summary>A lane of its own for somebody whose requests must not wait behind others'.</summary>
    internal int AllocateLane() => Interlocked.Increment(ref _laneCount);

    internal async ValueTask CloseLaneAsync(int lane)
    {
        foreach (var node in _nodes.Values)
        {
            await node.CloseLaneAsync(lane);
        }
    }

    internal Task BackOffAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(
            ExponentialBackoff.Delay(attempt, Options.RetryBackoff, Options.RetryBackoffMax), Time, cancellationToken);

    /// <summary>
    /// Sends until a broker answers with something final: lost connections and retriable verdicts look the target up
    /// anew, back off and send again, until cancelled. Only for requests that may be repeated.
    /// </summary>
    internal async Task<TResponse> SendUntilAnsweredAsync<TRequest, TResponse>(
        BrokerTarget target,
        Func<short, TRequest> build,
        Func<TResponse, ErrorCode> verdict,
        CancellationToken cancellationToken,
        TimeSpan? timeout = null)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse>
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var connection = await ConnectAsync(target, cancellationToken);
                var version = connection.Versions.Negotiate<TRequest, TResponse>();
                var response = await connection.SendAsync<TRequest, TResponse>(
                    build(version), version, pooled: false, timeout, cancellationToken);
                if (!verdict(response.Message).IsRetriable())
                {
                    return response.Message;
                }
            }
            catch (KafkaException exception) when (exception.IsRetriable)
            {
                // Said once by BrokerReachability where it is an outage; a single loss is repaired by the next attempt.
            }

            Invalidate(target);
            await BackOffAsync(attempt, cancellationToken);
        }
    }

    /// <summary>One attempt to have a connection to whoever the target is now.</summary>
    /// <exception cref="KafkaException">Not reached, or there is no such broker at present; retriable.</exception>
    internal async ValueTask<KafkaConnection> ConnectAsync(BrokerTarget target, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed == 1, this);
        switch (target.Kind)
        {
            case BrokerTarget.TargetKind.Controller:
                return await ConnectControllerAsync(target.Lane, cancellationToken);
            case BrokerTarget.TargetKind.Broker:
                return await ConnectBrokerAsync(target.BrokerId, target.Lane, cancellationToken);
            case BrokerTarget.TargetKind.Leader:
                return await ConnectLeaderAsync(target.Partition, target.Lane, cancellationToken);
            case BrokerTarget.TargetKind.GroupCoordinator:
                var endpoint = await _coordinators.GetAsync(target.GroupId!, cancellationToken);
                return await Node(endpoint).ConnectAsync(target.Lane, cancellationToken);
            default:
                return await ConnectAnyAsync(target.Lane, cancellationToken);
        }
    }

    internal void Invalidate(BrokerTarget target)
    {
        switch (target.Kind)
        {
            case BrokerTarget.TargetKind.Leader:
                Metadata.Invalidate(target.Partition.Topic);
                break;
            case BrokerTarget.TargetKind.GroupCoordinator:
                _coordinators.Invalidate(target.GroupId!);
                break;
        }
    }

    /// <summary>Where the broker with this id listens, as far as metadata tells.</summary>
    internal BrokerNode? FindBroker(int brokerId) =>
        Metadata.Current.Brokers.TryGetValue(brokerId, out var endpoint) ? Node(endpoint) : null;

    private async Task<KafkaConnection> ConnectUntilReachedAsync(
        BrokerTarget target, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ConnectAsync(target, cancellationToken);
            }
            catch (KafkaException exception) when (exception.IsRetriable)
            {
                Invalidate(target);
                await BackOffAsync(attempt, cancellationToken);
            }
        }
    }

    /// <summary>The broker that is connected, else the one that may be tried soonest; ties are drawn.</summary>
    private async Task<KafkaConnection> ConnectAnyAsync(int lane, CancellationToken cancellationToken)
    {
        var candidates = Metadata.Current.Brokers.Values.Concat(_bootstrap).Distinct().Select(Node).ToArray();
        Random.Shared.Shuffle(candidates);
        var chosen = Array.Find(candidates, node => node.IsConnected(lane))
            ?? candidates.MinBy(static node => node.Reachability.BackoffLeft)!;
        return await chosen.ConnectAsync(lane, cancellationToken);
    }

    private async Task<KafkaConnection> ConnectControllerAsync(int lane, CancellationToken cancellationToken)
    {
        if (Metadata.Current.Brokers.Count == 0)
        {
            await Metadata.RefreshAsync([], allowAutoCreate: false, Time.GetTimestamp(), cancellationToken);
        }

        // KRaft brokers forward to the controller and name themselves; any of them will do when none is named.
        return FindBroker(Metadata.Current.ControllerId) is { } controller
            ? await controller.ConnectAsync(lane, cancellationToken)
            : await ConnectAnyAsync(lane, cancellationToken);
    }

    private async Task<KafkaConnection> ConnectBrokerAsync(
        int brokerId, int lane, CancellationToken cancellationToken)
    {
        if (FindBroker(brokerId) is null)
        {
            await Metadata.RefreshAsync([], allowAutoCreate: false, Time.GetTimestamp(), cancellationToken);
        }

        var node = FindBroker(brokerId)
            ?? throw new KafkaException(ErrorCode.LeaderNotAvailable, $"There is no broker {brokerId} in the cluster.");
        return await node.ConnectAsync(lane, cancellationToken);
    }

    private async Task<KafkaConnection> ConnectLeaderAsync(
        TopicPartition partition, int lane, CancellationToken cancellationToken)
    {
        var topic = await Metadata.GetTopicAsync(partition.Topic, allowAutoCreate: false, cancellationToken);
        if (topic.Error != ErrorCode.None)
        {
            throw new KafkaException(topic.Error, $"Topic '{partition.Topic}' cannot be used: {topic.Error}.");
        }

        if (partition.Partition < 0 || partition.Partition >= topic.Partitions.Count)
        {
            throw new KafkaException(
                ErrorCode.UnknownTopicOrPartition,
                $"Topic '{partition.Topic}' has {topic.Partitions.Count} partitions, but no {partition.Partition}.");
        }

        var node = FindBroker(topic.Partitions[partition.Partition].LeaderId)
            ?? throw new KafkaException(ErrorCode.LeaderNotAvailable, $"{partition} has no leader at present.");
        return await node.ConnectAsync(lane, cancellationToken);
    }

    private BrokerNode Node(BrokerEndpoint endpoint) =>
        _nodes.GetOrAdd(
            endpoint, static (key, self) => new BrokerNode(key, self.Options, self.Buffers, self.Time, self._logger), this);
}
