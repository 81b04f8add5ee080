using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Keeps a fetch under way to each broker that leads a partition with room: one that waits at the broker for whatever
/// may come, and beside it, on a connection of its own, one for partitions that have got room since that one left.
/// Fetches are session-less: each names all its partitions, which costs bytes in the request but leaves no state at the
/// broker to fall out of step with.
/// </summary>
internal sealed partial class Fetcher
{
    // From version 13 on topics go by id.
    private const short VersionMaxByName = 12;
    private const int SessionlessEpoch = -1;

    // While partitions are being drained, those that are fetched beside them must not hold up their next fetch for
    // long. When that brought nothing and nobody took anything either, it waits twice as long.
    private static readonly TimeSpan WaitWhileDrained = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(30);

    private readonly KafkaClient _client;
    private readonly GroupConsumerOptions _options;
    private readonly PartitionStreams _streams;
    private readonly OffsetResolver _resolver;
    private readonly ILogger _logger;
    private readonly int _waitingLane;
    private readonly int _drainingLane;
    private readonly CancellationToken _stopping;

    // Guards the three below: fetches under way by broker and lane, and by broker the moment of the last fetch beside
    // another that brought nothing, with the wait it had.
    private readonly Lock _gate = new();
    private readonly HashSet<(BrokerNode Broker, int Lane)> _fetching = [];
    private readonly Dictionary<BrokerNode, (long Taken, TimeSpan Wait)> _idle = [];
    private readonly HashSet<string> _lookingUp = [];
    private readonly BackgroundWork _work;

    public Fetcher(
        KafkaClient client,
        GroupConsumerOptions options,
        PartitionStreams streams,
        OffsetResolver resolver,
        BackgroundWork work,
        ILogger logger)
    {
        _client = client;
        _options = options;
        _streams = streams;
        _resolver = resolver;
        _logger = logger;
        _waitingLane = client.AllocateLane();
        _drainingLane = client.AllocateLane();
        _work = work;
        _stopping = work.Stopping;
        streams.DamageFound = OnDamage;
        streams.UndecodableFound = OnUndecodable;
    }

    /// <summary>Begins to fetch, until the work is stopped.</summary>
    public void Start() => _work.Start("fetching", RunAsync);

    /// <summary>Ends the fetches that are under way, so that the work can end.</summary>
    public async ValueTask CloseAsync()
    {
        await _client.CloseLaneAsync(_waitingLane);
        await _client.CloseLaneAsync(_drainingLane);
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        // After a failure that nobody foresaw the poller is told; repeating it helps nobody.
        while (!_work.Completion.IsFaulted)
        {
            // One moment for both, or a retry that falls due in between would be missed.
            var now = _client.Time.GetTimestamp();
            ResolvePositions();
            StartFetches(now);
            await _streams.FetchWanted.WaitAsync(_streams.UntilNextRetry(now, IdleInterval), stopping);
        }
    }

    private void ResolvePositions()
    {
        var unresolved = _streams.TakeUnresolved();
        if (unresolved.Count > 0)
        {
            _work.StartHere("finding offsets to start from", _ => ResolveAsync(unresolved));
        }
    }

    private async Task ResolveAsync(List<FetchPlan> plans)
    {
        var positions = new Dictionary<TopicPartition, long>();
        try
        {
            await _resolver.ResolveAsync(plans, positions, _stopping);
        }
        catch (KafkaException exception)
        {
            _streams.Fail(exception);
        }
        catch (OperationCanceledException)
        {
            // The consumer is being disposed.
        }
        catch (Exception exception)
        {
            Log.ResolverFailed(_logger, exception);
            _streams.Fail(new KafkaException(
                ErrorCode.UnknownServerError, $"The start offset resolver failed: {exception.Message}", exception));
        }
        finally
        {
            foreach (var plan in plans)
            {
                _streams.OnResolved(plan, positions.TryGetValue(plan.Partition, out var offset) ? offset : null);
            }
        }
    }

    private void StartFetches(long now)
    {
        // What would be fetched could not be decoded. The next take sets the signal.
        if (_streams.IsFull)
        {
            return;
        }

        var wanted = _streams.PlanFetches(now);

        var byBroker = new Dictionary<BrokerNode, List<FetchPlan>>();
        foreach (var plan in wanted)
        {
            if (FindLeader(plan.Partition) is not { } leader)
            {
                LookUp(plan.Partition);
            }
            else if (byBroker.TryGetValue(leader, out var plans))
            {
                plans.Add(plan);
            }
            else
            {
                byBroker[leader] = [plan];
            }
        }

        foreach (var (broker, plans) in byBroker)
        {
            if (TryTakeLane(broker, out var lane, out var wait))
            {
                _streams.BeginFetch(plans);
                _work.StartHere("a fetch", _ => FetchAsync(broker, lane, plans, wait));
            }
        }
    }

    private bool TryTakeLane(BrokerNode broker, out int lane, out TimeSpan wait)
    {
        lock (_gate)
        {
            (lane, wait) = (_waitingLane, _options.FetchWaitMax);
            if (_fetching.Add((broker, lane)))
            {
                return true;
            }

            lane = _drainingLane;
            wait = _idle.TryGetValue(broker, out var idle) && idle.Taken == _streams.TakenCount
                ? Min(idle.Wait * 2, _options.FetchWaitMax)
                : Min(WaitWhileDrained, _options.FetchWaitMax);
            return _fetching.Add((broker, lane));
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private void NoteIdle(BrokerNode broker, int lane, TimeSpan wait, FetchResponse response)
    {
        if (lane != _drainingLane)
        {
            return;
        }

        lock (_gate)
        {
            if (response.Responses.Exists(static topic =>
                topic.Partitions.Exists(static partition => partition.Records is { Length: > 0 })))
            {
                _idle.Remove(broker);
            }
            else
            {
                _idle[broker] = (_streams.TakenCount, wait);
            }
        }
    }

    private async Task FetchAsync(BrokerNode broker, int lane, List<FetchPlan> plans, TimeSpan wait)
    {
        try
        {
            var connection = await broker.ConnectAsync(lane, _stopping);
            var ids = plans.ToDictionary(static plan => plan, plan => CurrentTopicId(plan));
            var versionMax = ids.ContainsValue(Guid.Empty) ? VersionMaxByName : short.MaxValue;
            var version = connection.Versions.Negotiate<FetchRequest, FetchResponse>(versionMax);
            var timeout = wait + _client.Options.RequestTimeout;
            using var response = await connection.SendAsync<FetchRequest, FetchResponse>(
                BuildRequest(plans, ids, wait), version, pooled: true, timeout, _stopping);
            NoteIdle(broker, lane, wait, response.Message);
            foreach (var plan in plans)
            {
                await ApplyAsync(plan, ids[plan], response);
            }
        }
        catch (KafkaException exception) when (exception.IsRetriable)
        {
            foreach (var plan in plans)
            {
                _streams.BackOff(plan, _client.Options.RetryBackoff, _client.Options.RetryBackoffMax);
                _client.InvalidateTopic(plan.Partition.Topic);
            }
        }
        catch (KafkaException exception)
        {
            _streams.Fail(exception);
        }
        catch (OperationCanceledException)
        {
            // The consumer is being disposed.
        }
        finally
        {
            lock (_gate)
            {
                _fetching.Remove((broker, lane));
            }

            _streams.EndFetch(plans);
        }
    }

    private FetchRequest BuildRequest(List<FetchPlan> plans, Dictionary<FetchPlan, Guid> ids, TimeSpan wait)
    {
        var request = new FetchRequest
        {
            MaxWaitMs = (int)wait.TotalMilliseconds,
            MinBytes = _options.FetchBytesMin,
            MaxBytes = _options.FetchBytesMax,
            IsolationLevel = (sbyte)_options.IsolationLevel,
            SessionEpoch = SessionlessEpoch,
        };
        foreach (var plan in plans)
        {
            var topic = request.Topics.Find(known => known.Topic == plan.Partition.Topic);
            if (topic is null)
            {
                topic = new FetchRequest.FetchTopic { Topic = plan.Partition.Topic, TopicId = ids[plan] };
                request.Topics.Add(topic);
            }

            topic.Partitions.Add(new FetchRequest.FetchPartition
            {
                Partition = plan.Partition.Partition,
                FetchOffset = plan.Position,
                PartitionMaxBytes = _options.PartitionFetchBytesMax,
            });
        }

        return request;
    }

    private async ValueTask ApplyAsync(FetchPlan plan, Guid topicId, KafkaResponse<FetchResponse> response)
    {
        if (topicId != plan.TopicId && plan.TopicId != Guid.Empty)
        {
            // The position belongs to a topic of that name which is no more.
            Log.TopicRecreated(_logger, plan.Partition.Topic, plan.TopicId, topicId);
            _streams.OnTopicRecreated(plan, topicId);
            return;
        }

        var data = response.Message.Responses
            .Find(topic => topic.Topic == plan.Partition.Topic || (topicId != Guid.Empty && topic.TopicId == topicId))?
            .Partitions.Find(partition => partition.PartitionIndex == plan.Partition.Partition);
        var error = data is null ? response.Message.ErrorCode : data.ErrorCode;
        switch (error)
        {
            case ErrorCode.None when data is null:
                // The broker ran out of room before this partition.
                break;
            case ErrorCode.None when data.Records is { Length: > 0 } records:
                _streams.OnFetched(plan, new FetchedChunk(
                    plan.Partition,
                    plan.TopicId,
                    records,
                    data.AbortedTransactions,
                    _options.IsolationLevel == IsolationLevel.ReadCommitted,
                    _options.BatchBytesMax,
                    response.Frame!.Retain()));
                break;
            case ErrorCode.None:
                _streams.OnFetched(plan, null);
                break;
            case ErrorCode.OffsetOutOfRange:
                await ResetAsync(plan);
                break;
            default:
                OnError(plan, error);
                break;
        }
    }

    private async ValueTask ResetAsync(FetchPlan plan)
    {
        var (start, end) = await _resolver.FindRangeAsync(plan.Partition, _stopping);
        if (plan.Position >= start && plan.Position <= end)
        {
            // It is there by now: a new leader had not caught up.
            _streams.BackOff(plan, _client.Options.RetryBackoff, _client.Options.RetryBackoffMax);
            return;
        }

        if (_options.AutoOffsetReset == AutoOffsetReset.None)
        {
            _streams.Fail(new KafkaException(
                ErrorCode.OffsetOutOfRange,
                $"Offset {plan.Position} of {plan.Partition} is not in the log, which holds {start} to {end}, and " +
                "auto.offset.reset is none."));
            return;
        }

        var target = _options.AutoOffsetReset == AutoOffsetReset.Earliest ? start : end;
        if (plan.Position < start)
        {
            Log.RecordsGone(_logger, plan.Partition, plan.Position, start, target);
        }
        else
        {
            Log.LogShrank(_logger, plan.Partition, plan.Position, end, target);
        }

        _streams.Reset(plan, target);
    }

    private void OnError(FetchPlan plan, ErrorCode error)
    {
        if (error is ErrorCode.TopicAuthorizationFailed or ErrorCode.InvalidTopicException)
        {
            _streams.Fail(new KafkaException(error, $"Topic '{plan.Partition.Topic}' cannot be read: {error}."));
            return;
        }

        // Retriable or not, reading cannot go on elsewhere; the first repetitions of a failover are not worth a word.
        _client.InvalidateTopic(plan.Partition.Topic);
        var failures = _streams.BackOff(plan, _client.Options.RetryBackoff, _client.Options.RetryBackoffMax);
        if (IsWorthALine(failures))
        {
            Log.FetchFails(_logger, plan.Partition, failures, error);
        }
    }

    private void OnDamage(TopicPartition partition, long position, int failures, string reason)
    {
        if (failures == 1 || IsWorthALine(failures))
        {
            Log.Damaged(_logger, partition, position, reason);
        }
    }

    private void OnUndecodable(TopicPartition partition, UndecodableBatch batch) =>
        Log.Undecodable(
            _logger, partition, batch.BaseOffset, batch.LastOffset, batch.Compression, batch.Bytes.Length, batch.Reason);

    // With a second between attempts: after some seconds, then about every five minutes.
    private static bool IsWorthALine(int failures) => failures == 8 || failures % 300 == 0;

    private BrokerNode? FindLeader(TopicPartition partition) =>
        _client.Metadata.Find(partition.Topic) is { Error: ErrorCode.None } topic
            && partition.Partition < topic.Partitions.Count
                ? _client.FindBroker(topic.Partitions[partition.Partition].LeaderId)
                : null;

    private Guid CurrentTopicId(FetchPlan plan) =>
        _client.Metadata.Find(plan.Partition.Topic)?.TopicId ?? plan.TopicId;

    private void LookUp(TopicPartition partition)
    {
        lock (_gate)
        {
            if (!_lookingUp.Add(partition.Topic))
            {
                return;
            }
        }

        _work.StartHere("looking up a leader", _ => LookUpAsync(partition));
    }

    private async Task LookUpAsync(TopicPartition partition)
    {
        var topic = partition.Topic;
        try
        {
            // Asks even if what is known is fresh: it names no leader that is known.
            _client.InvalidateTopic(topic);
            var found = await _client.GetTopicAsync(topic, allowAutoCreate: false, _stopping);

            // A topic that was made anew with fewer partitions may never have this one.
            if (found.Partitions.Any(static known => known.LeaderId < 0) || FindLeader(partition) is null)
            {
                await _client.BackOffAsync(attempt: 3, _stopping);
            }
        }
        catch (Exception exception) when (exception is KafkaException or OperationCanceledException)
        {
            // Unreachable brokers are told by BrokerReachability; the next round asks again.
        }
        finally
        {
            lock (_gate)
            {
                _lookingUp.Remove(topic);
            }

            _streams.FetchWanted.Set();
        }
    }
}
