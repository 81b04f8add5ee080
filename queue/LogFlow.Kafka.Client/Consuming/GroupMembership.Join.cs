using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

internal sealed partial class GroupMembership
{
    // The lowest version that has owned partitions and generation.
    private const short SubscriptionVersion = 3;
    private const short AssignmentVersion = 0;

    // The broker answers a join when the last member has joined or its rebalance timeout is over, whichever is first.
    private static readonly TimeSpan JoinGrace = TimeSpan.FromSeconds(10);

    /// <summary>Joins, as often as it takes, until this member works in a generation that is settled.</summary>
    private async Task JoinAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            lock (_gate)
            {
                _rejoinWanted = false;
            }

            // Eagerly everything is given up before; cooperatively only what turns out to move.
            if (!_isCooperative)
            {
                await RevokeAsync(Owned, _stopping);
            }

            lock (_gate)
            {
                _isStable = false;
            }

            var join = await SendJoinAsync();
            if (join is null)
            {
                continue;
            }

            var sync = await SendSyncAsync(join);
            if (sync is null)
            {
                await _client.BackOffAsync(attempt, _stopping);
                continue;
            }

            var mustRejoin = await TakeOverAsync(join, ConsumerProtocol.ReadAssignment(sync.Assignment));
            if (!mustRejoin)
            {
                return;
            }

            attempt = 0;
        }
    }

    /// <summary>Null when it is to be tried again.</summary>
    private async Task<JoinGroupResponse?> SendJoinAsync()
    {
        // Created here if need be, so that the leader finds them.
        await _client.Metadata.RefreshAsync(
            _options.Topics, _options.AllowAutoCreateTopics, _client.Time.GetTimestamp(), _stopping);
        var membership = Current;
        var response = await _client.SendUntilAnsweredAsync<JoinGroupRequest, JoinGroupResponse>(
            BrokerTarget.CoordinatorOf(_options.GroupId) with { Lane = _joinLane },
            _ => BuildJoin(membership),
            static response => response.ErrorCode,
            _stopping,
            _options.RebalanceTimeout + JoinGrace);
        switch (response.ErrorCode)
        {
            case ErrorCode.None:
                return response;
            case ErrorCode.MemberIdRequired:
                // The coordinator wants an id to be used that it has given out, so that lost joins leave no ghosts.
                lock (_gate)
                {
                    _membership = new Membership(response.MemberId, -1);
                }

                return null;
            case ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration:
                await LoseAsync();
                return null;
            case ErrorCode.RebalanceInProgress:
                await _client.BackOffAsync(attempt: 1, _stopping);
                return null;
            default:
                throw Refusal(response.ErrorCode, "join");
        }
    }

    private JoinGroupRequest BuildJoin(Membership membership)
    {
        var subscription = new ConsumerProtocolSubscription
        {
            Topics = [.. _options.Topics],
            GenerationId = membership.Generation,
            OwnedPartitions =
            [
                .. Owned.GroupBy(static partition => partition.Topic).Select(static topic =>
                    new ConsumerProtocolSubscription.TopicPartition
                    {
                        Topic = topic.Key,
                        Partitions = [.. topic.Select(static partition => partition.Partition).Order()],
                    }),
            ],
        };
        var request = new JoinGroupRequest
        {
            GroupId = _options.GroupId,
            SessionTimeoutMs = (int)_options.SessionTimeout.TotalMilliseconds,
            RebalanceTimeoutMs = (int)_options.RebalanceTimeout.TotalMilliseconds,
            MemberId = membership.MemberId,
            GroupInstanceId = _options.GroupInstanceId,
            ProtocolType = ConsumerProtocol.ProtocolType,
        };
        foreach (var assignor in _assignors)
        {
            subscription.UserData = assignor.UserData(membership.Generation);
            request.Protocols.Add(new JoinGroupRequest.JoinGroupRequestProtocol
            {
                Name = assignor.Name,
                Metadata = ConsumerProtocol.Serialize(subscription, SubscriptionVersion),
            });
        }

        return request;
    }

    /// <summary>Null when the group has moved on meanwhile.</summary>
    private async Task<SyncGroupResponse?> SendSyncAsync(JoinGroupResponse join)
    {
        var membership = new Membership(join.MemberId, join.GenerationId);
        lock (_gate)
        {
            _membership = membership;
        }

        _isLeader = join.Leader == join.MemberId;
        var assignments = _isLeader ? await DivideAsync(join) : [];
        var response = await _client.SendUntilAnsweredAsync<SyncGroupRequest, SyncGroupResponse>(
            BrokerTarget.CoordinatorOf(_options.GroupId) with { Lane = _joinLane },
            _ => new SyncGroupRequest
            {
                GroupId = _options.GroupId,
                GenerationId = membership.Generation,
                MemberId = membership.MemberId,
                GroupInstanceId = _options.GroupInstanceId,
                ProtocolType = ConsumerProtocol.ProtocolType,
                ProtocolName = join.ProtocolName,
                Assignments = assignments,
            },
            static response => response.ErrorCode,
            _stopping,
            _options.RebalanceTimeout + JoinGrace);
        switch (response.ErrorCode)
        {
            case ErrorCode.None:
                return response;
            case ErrorCode.RebalanceInProgress:
                return null;
            case ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration:
                await LoseAsync();
                return null;
            default:
                throw Refusal(response.ErrorCode, "sync");
        }
    }

    private async Task<List<SyncGroupRequest.SyncGroupRequestAssignment>> DivideAsync(JoinGroupResponse join)
    {
        var members = join.Members.ConvertAll(GroupMember.Read);
        _wantedTopics = members.SelectMany(static member => member.Topics).Distinct().ToList();
        _dividedCounts = await CountPartitionsAsync(_wantedTopics);

        // A static member that returns as leader finds the old division in force (KIP-814). It may be of fewer
        // partitions than there are now: see IsAnyUnassignedAsync.
        _hasSkippedDivision = join.SkipAssignment;
        if (join.SkipAssignment)
        {
            return [];
        }

        var assignor = Array.Find(_assignors, candidate => candidate.Name == join.ProtocolName)
            ?? throw Refusal(ErrorCode.InconsistentGroupProtocol, "join");
        return assignor.Assign(members, _dividedCounts)
            .Select(static pair => new SyncGroupRequest.SyncGroupRequestAssignment
            {
                MemberId = pair.Key,
                Assignment = Serialize(pair.Value),
            })
            .ToList();
    }

    private static byte[] Serialize(List<TopicPartition> partitions) =>
        ConsumerProtocol.Serialize(
            new ConsumerProtocolAssignment
            {
                AssignedPartitions =
                [
                    .. partitions.GroupBy(static partition => partition.Topic).Select(static topic =>
                        new ConsumerProtocolAssignment.TopicPartition
                        {
                            Topic = topic.Key,
                            Partitions = [.. topic.Select(static partition => partition.Partition).Order()],
                        }),
                ],
            },
            AssignmentVersion);

    /// <summary>
    /// Makes the assignment this member's. Returns whether it must join again at once: cooperatively, what it has just
    /// given up is divided in a round of its own.
    /// </summary>
    private async Task<bool> TakeOverAsync(JoinGroupResponse join, ConsumerProtocolAssignment assignment)
    {
        var assigned = assignment.AssignedPartitions
            .SelectMany(static topic => topic.Partitions.Select(index => new TopicPartition(topic.Topic, index)))
            .ToHashSet();
        var owned = Owned;
        lock (_gate)
        {
            _isStable = true;
        }

        var revoked = owned.Where(partition => !assigned.Contains(partition)).ToArray();
        await RevokeAsync(revoked, _stopping);
        var added = assigned.Except(owned).ToArray();
        lock (_gate)
        {
            _owned.UnionWith(added);
        }

        Log.Joined(_logger, _options.GroupId, join.GenerationId, join.MemberId, assigned.Count);
        if (added.Length > 0)
        {
            await StartAsync(added);
        }

        return revoked.Length > 0;
    }

    private async Task StartAsync(TopicPartition[] added)
    {
        var topics = added.Select(static partition => partition.Topic).Distinct().ToList();
        if (topics.Exists(topic => _client.Metadata.Find(topic) is not { Error: ErrorCode.None }))
        {
            await CountPartitionsAsync(topics);
        }

        var known = _client.Metadata.Current.Topics;
        foreach (var partition in added)
        {
            _streams.Add(
                partition, known.TryGetValue(partition.Topic, out var topic) ? topic.TopicId : Guid.Empty);
        }

        if (Listener is { } listener)
        {
            await listener.OnAssignedAsync(added, _stopping);
        }

        _streams.Release(added);
    }
}
