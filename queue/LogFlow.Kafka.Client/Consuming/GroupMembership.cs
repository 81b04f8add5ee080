using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

/// <summary>
/// A member's life in its group, on a task of its own: join, take over the assignment, stay while heartbeats are
/// answered, join again when the group rebalances. Processing neither drives it nor can hold it up.
/// </summary>
internal sealed partial class GroupMembership
{
    // While a topic is missing, it is looked for more often than metadata ages: it may be on its way.
    private static readonly TimeSpan MissingTopicInterval = TimeSpan.FromSeconds(1);

    private readonly KafkaClient _client;
    private readonly GroupConsumerOptions _options;
    private readonly PartitionStreams _streams;
    private readonly ILogger _logger;
    private readonly BackgroundWork _work;
    private readonly CancellationToken _stopping;
    private readonly IGroupAssignor[] _assignors;
    private readonly bool _isCooperative;

    // JoinGroup waits at the broker for the other members, so it has a connection to itself; heartbeats and commits
    // share the other.
    private readonly int _joinLane;
    private readonly int _lane;
    private readonly AsyncSignal _wake;

    // Guards all below.
    private readonly Lock _gate = new();
    private readonly HashSet<TopicPartition> _owned = [];
    private Membership _membership = Membership.None;
    private bool _isStable;
    private bool _rejoinWanted;
    private bool _isLost;
    private KafkaException? _failure;

    // Used by the membership's task alone: what the leader was to divide and what it found, to notice topics that
    // appear or grow.
    private List<string> _wantedTopics = [];
    private Dictionary<string, int> _dividedCounts = [];
    private bool _isLeader;

    // The leader was told to leave the old division in force; whether that still covers all partitions is not known.
    private bool _hasSkippedDivision;

    public GroupMembership(
        KafkaClient client,
        GroupConsumerOptions options,
        PartitionStreams streams,
        BackgroundWork work,
        ILogger logger)
    {
        _client = client;
        _options = options;
        _streams = streams;
        _logger = logger;
        _work = work;
        _stopping = work.Stopping;
        _joinLane = client.AllocateLane();
        _lane = client.AllocateLane();
        _wake = new AsyncSignal(client.Time);
        _assignors = [.. options.Assignors.Select(static assignor => assignor switch
        {
            GroupAssignor.Range => (IGroupAssignor)new RangeAssignor(),
            GroupAssignor.CooperativeSticky => new CooperativeStickyAssignor(),
            _ => throw new ArgumentOutOfRangeException(nameof(options), assignor, "There is no such assignor."),
        })];
        _isCooperative = _assignors.All(static assignor => assignor.IsCooperative);
    }

    public IRebalanceListener? Listener { get; set; }

    public int Lane => _lane;

    public Membership Current
    {
        get
        {
            lock (_gate)
            {
                return _membership;
            }
        }
    }

    /// <summary>Whether the member is settled in a generation, not joining another.</summary>
    public bool IsStable
    {
        get
        {
            lock (_gate)
            {
                return _isStable;
            }
        }
    }

    public TopicPartition[] Owned
    {
        get
        {
            lock (_gate)
            {
                return [.. _owned];
            }
        }
    }

    public bool Owns(TopicPartition partition)
    {
        lock (_gate)
        {
            return _owned.Contains(partition);
        }
    }

    /// <summary>
    /// A response said that the group does not know this member any more. While it joins another generation, that is
    /// said of the one before, and no loss.
    /// </summary>
    public void OnLost(Membership seenBy)
    {
        lock (_gate)
        {
            if (_membership != seenBy || !_isStable)
            {
                return;
            }

            _isLost = true;
        }

        _wake.Set();
    }

    /// <summary>A response said that the group is rebalancing; while joining that is no news.</summary>
    public void OnRebalance(Membership seenBy)
    {
        lock (_gate)
        {
            if (_membership != seenBy || !_isStable)
            {
                return;
            }

            _rejoinWanted = true;
        }

        _wake.Set();
    }

    /// <summary>Begins the member's life, until the work is stopped.</summary>
    public void Start()
    {
        _work.Start("heartbeats", _ => GuardAsync(HeartbeatLoopAsync));
        _work.Start("group membership", _ => GuardAsync(LiveAsync));
    }

    private async Task LiveAsync()
    {
        while (true)
        {
            await JoinAsync();
            await StayAsync();
        }
    }

    /// <summary>Whatever ends one of the two ends the consumer: the poller is told.</summary>
    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (KafkaException exception)
        {
            Fail(exception);
        }
        catch (Exception exception) when (!_stopping.IsCancellationRequested)
        {
            Log.Failed(_logger, _options.GroupId, exception);
            Fail(new KafkaException(
                ErrorCode.UnknownServerError,
                $"Group '{_options.GroupId}' cannot go on: {exception.Message}",
                exception));
            throw;
        }
    }

    /// <summary>
    /// Gives up what is owned and, unless it is a static member, leaves the group. Called once the task has ended.
    /// </summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RevokeAsync(Owned, cancellationToken);
            var membership = Current;
            if (membership.MemberId.Length > 0 && _options.GroupInstanceId is null)
            {
                await _client.SendUntilAnsweredAsync<LeaveGroupRequest, LeaveGroupResponse>(
                    BrokerTarget.CoordinatorOf(_options.GroupId) with { Lane = _lane },
                    _ => new LeaveGroupRequest
                    {
                        GroupId = _options.GroupId,
                        MemberId = membership.MemberId,
                        Members =
                        [
                            new LeaveGroupRequest.MemberIdentity
                            {
                                MemberId = membership.MemberId,
                                Reason = "the consumer was closed",
                            },
                        ],
                    },
                    static response => response.ErrorCode,
                    cancellationToken);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or KafkaException)
        {
            // The group will notice by itself when the session times out.
            Log.NotLeft(_logger, _options.GroupId, exception.Message);
        }

        await _client.CloseLaneAsync(_joinLane);
        await _client.CloseLaneAsync(_lane);
    }

    /// <summary>Waits until there is a reason to join again.</summary>
    private async Task StayAsync()
    {
        if (_isLeader && _hasSkippedDivision && await IsAnyUnassignedAsync())
        {
            Log.PartitionsUnassigned(_logger, _options.GroupId);
            return;
        }

        var checkedAt = _client.Time.GetTimestamp();
        while (true)
        {
            var interval = _isLeader && _dividedCounts.Count < _wantedTopics.Count
                ? MissingTopicInterval
                : _client.Options.MetadataMaxAge;
            var checkIn = interval - _client.Time.GetElapsedTime(checkedAt);
            if (checkIn <= TimeSpan.Zero)
            {
                checkedAt = _client.Time.GetTimestamp();
                if (_isLeader && await HasChangedAsync())
                {
                    return;
                }

                continue;
            }

            await _wake.WaitAsync(checkIn, _stopping);
            bool isLost;
            lock (_gate)
            {
                if (_failure is not null)
                {
                    throw _failure;
                }

                isLost = _isLost;
                if (!isLost && !_rejoinWanted)
                {
                    continue;
                }
            }

            if (isLost)
            {
                await LoseAsync();
            }

            return;
        }
    }

    /// <summary>Whether topics have appeared, vanished or grown since they were divided.</summary>
    private async Task<bool> HasChangedAsync()
    {
        var counts = await CountPartitionsAsync(_wantedTopics);
        var hasChanged = counts.Count != _dividedCounts.Count
            || counts.Any(count => _dividedCounts.GetValueOrDefault(count.Key) != count.Value);
        if (hasChanged)
        {
            Log.TopicsChanged(_logger, _options.GroupId);
        }

        return hasChanged;
    }

    /// <summary>
    /// Whether a partition of the topics that members want is nobody's. The division in force may be older than the
    /// partitions, and who made it is not here to notice.
    /// </summary>
    private async Task<bool> IsAnyUnassignedAsync()
    {
        var response = await _client.SendUntilAnsweredAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            BrokerTarget.CoordinatorOf(_options.GroupId) with { Lane = _lane },
            _ => new DescribeGroupsRequest { Groups = [_options.GroupId] },
            static response => response.Groups is [var group, ..] ? group.ErrorCode : ErrorCode.NetworkException,
            _stopping);
        var group = response.Groups[0];
        _hasSkippedDivision = false;
        if (group.ErrorCode != ErrorCode.None)
        {
            // Not allowed to look: dividing anew, once, is the only way to know.
            return true;
        }

        var assigned = group.Members
            .Where(static member => member.MemberAssignment.Length > 0)
            .SelectMany(static member => ConsumerProtocol.ReadAssignment(member.MemberAssignment).AssignedPartitions)
            .SelectMany(static topic => topic.Partitions.Select(index => new TopicPartition(topic.Topic, index)))
            .ToHashSet();
        return _dividedCounts.Any(topic => Enumerable.Range(0, topic.Value)
            .Any(index => !assigned.Contains(new TopicPartition(topic.Key, index))));
    }

    private async Task<Dictionary<string, int>> CountPartitionsAsync(List<string> topics)
    {
        await _client.Metadata.RefreshAsync(
            topics, _options.AllowAutoCreateTopics, _client.Time.GetTimestamp(), _stopping);
        var known = _client.Metadata.Current.Topics;
        return topics
            .Where(topic => known.TryGetValue(topic, out var found) && found.Error == ErrorCode.None)
            .ToDictionary(static topic => topic, topic => known[topic].Partitions.Count);
    }

    private async Task RevokeAsync(TopicPartition[] partitions, CancellationToken cancellationToken)
    {
        if (partitions.Length == 0)
        {
            return;
        }

        // Nothing more of them is delivered; they count as owned until the listener is done, so that it can commit.
        _streams.Remove(partitions);
        Log.Revoked(_logger, _options.GroupId, partitions.Length);
        if (Listener is { } listener)
        {
            await listener.OnRevokedAsync(partitions, cancellationToken);
        }

        lock (_gate)
        {
            _owned.ExceptWith(partitions);
        }
    }

    private async Task LoseAsync()
    {
        TopicPartition[] lost;
        lock (_gate)
        {
            lost = [.. _owned];
            _owned.Clear();
            _isLost = false;
            _isStable = false;

            // A static member is known by its instance id; the id that was forgotten must not be used again.
            _membership = Membership.None;
        }

        _streams.Remove(lost);
        Log.Lost(_logger, _options.GroupId, lost.Length);
        if (Listener is { } listener && lost.Length > 0)
        {
            await listener.OnLostAsync(lost, _stopping);
        }
    }

    private void Fail(KafkaException exception)
    {
        lock (_gate)
        {
            _failure ??= exception;
            _isStable = false;
        }

        _streams.RemoveAll();
        _streams.Fail(exception);
        _wake.Set();
    }
}
