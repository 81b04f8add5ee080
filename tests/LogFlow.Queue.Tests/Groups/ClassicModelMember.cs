using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>
/// A member that follows the classic protocol as Java's consumer does: an eager one gives up everything before it
/// joins, a cooperative one tells what it owns, gives up what it is not assigned any more, and joins again.
/// </summary>
internal sealed class ClassicModelMember(string name, string topics, bool isCooperative) : IModelMember
{
    private Task<JoinGroupResult>? _joining;
    private Task<SyncGroupResult>? _syncing;
    private int _generation = -1;
    private bool _mustJoin = true;
    private bool _leads;
    private long _topicsSeen = -1;

    public string Id { get; private set; } = "";

    public string Topics => topics;

    public PartitionAssignment Owned { get; private set; } = PartitionAssignment.Empty;

    private string Protocol => isCooperative ? "cooperative-sticky" : "range";

    public async Task BeatAsync(ConsumerGroupHarness harness, bool isAnswerLost)
    {
        if (isAnswerLost)
        {
            Reconnect();
        }

        if (_joining is { } joining)
        {
            if (joining.IsCompleted)
            {
                _joining = null;
                OnJoined(harness, await joining);
            }
        }
        else if (_syncing is { } syncing)
        {
            if (syncing.IsCompleted)
            {
                _syncing = null;
                OnSynced(harness, await syncing);
            }
        }
        else if (_mustJoin || (_leads && _topicsSeen != harness.Topics.Version))
        {
            Join(harness);
        }
        else
        {
            OnError(harness.Groups.Coordinator.Heartbeat(GroupHarness.GroupId, Id, null, _generation));
        }
    }

    public async Task LeaveAsync(ConsumerGroupHarness harness)
    {
        if (Id.Length > 0)
        {
            await harness.Groups.Coordinator.LeaveAsync(GroupHarness.GroupId, [new LeavingMember(Id, null, "test")]);
        }
    }

    public void Reconnect()
    {
        _mustJoin |= _joining is not null || _syncing is not null;
        (_joining, _syncing) = (null, null);
    }

    private void Join(ConsumerGroupHarness harness)
    {
        if (!isCooperative)
        {
            Owned = PartitionAssignment.Empty;
        }

        _mustJoin = true;
        var subscription = ConsumerProtocol.Serialize(
            new ConsumerProtocolSubscription
            {
                Topics = [.. topics.Split(',')],
                OwnedPartitions =
                [
                    .. Owned.Topics.Select(topic => new ConsumerProtocolSubscription.TopicPartition
                    {
                        Topic = harness.Topics.Find(topic.Key)!.Value.Name, Partitions = [.. topic.Value],
                    }),
                ],
            },
            1);
        _joining = harness.Groups.Coordinator.JoinAsync(GroupHarness.GroupId, new JoinGroupInput
        {
            MemberId = Id,
            ClientId = name,
            ClientHost = "/127.0.0.1",
            SessionTimeoutMs = 10_000,
            RebalanceTimeoutMs = 30_000,
            ProtocolType = "consumer",
            Protocols = [new MemberProtocol(Protocol, subscription)],
            RequiresKnownMemberId = true,
            SupportsSkippingAssignment = true,
        }).AsTask();
    }

    private void OnJoined(ConsumerGroupHarness harness, JoinGroupResult result)
    {
        if (result.Error == ErrorCode.MemberIdRequired)
        {
            Id = result.MemberId;
            return;
        }

        OnError(result.Error);
        if (result.Error != ErrorCode.None)
        {
            return;
        }

        (Id, _generation, _leads, _topicsSeen) =
            (result.MemberId, result.Generation, result.Leader == result.MemberId, harness.Topics.Version);
        _syncing = harness.Groups.Coordinator.SyncAsync(GroupHarness.GroupId, new SyncGroupInput
        {
            MemberId = Id,
            Generation = _generation,
            ProtocolType = "consumer",
            ProtocolName = result.ProtocolName,
            Assignments = _leads ? Divide(harness, result.Members) : new Dictionary<string, byte[]>(),
        }).AsTask();
    }

    private void OnSynced(ConsumerGroupHarness harness, SyncGroupResult result)
    {
        OnError(result.Error);
        if (result.Error != ErrorCode.None)
        {
            return;
        }

        var assigned = ClassicAssignments.Read(result.Assignment, harness.Topics, out _);
        var mustGiveUp = !Owned.Except(assigned).IsEmpty;
        Owned = assigned;
        _mustJoin = mustGiveUp;
    }

    private void OnError(ErrorCode error)
    {
        switch (error)
        {
            case ErrorCode.None:
                break;
            case ErrorCode.RebalanceInProgress or ErrorCode.CoordinatorNotAvailable:
                _mustJoin = true;
                break;
            case ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId:
                (_mustJoin, _generation, Owned) = (true, -1, PartitionAssignment.Empty);
                Id = error == ErrorCode.UnknownMemberId ? "" : Id;
                break;
            default:
                Assert.Fail($"unexpected {error}");
                break;
        }
    }

    /// <summary>
    /// Each topic to its subscribers in turn. Cooperatively, nobody gets what another still owns: it comes with the
    /// next generation.
    /// </summary>
    private Dictionary<string, byte[]> Divide(ConsumerGroupHarness harness, IReadOnlyList<JoinedMember> members)
    {
        var said = members.ToDictionary(
            member => member.MemberId, member => ConsumerProtocol.ReadSubscription(member.Metadata));
        var owned = said.ToDictionary(
            member => member.Key, member => ClassicAssignments.Owned(member.Value, harness.Topics));
        var given = said.ToDictionary(member => member.Key, _ => new List<KeyValuePair<Guid, IEnumerable<int>>>());
        foreach (var topic in harness.Topics.All)
        {
            var readers = said.Where(member => member.Value.Topics.Contains(topic.Name))
                .Select(member => member.Key).Order(StringComparer.Ordinal).ToArray();
            for (var partition = 0; readers.Length > 0 && partition < topic.PartitionCount; partition++)
            {
                var reader = readers[partition % readers.Length];
                if (!isCooperative || owned.All(
                    other => other.Key == reader || !other.Value.Contains(topic.Id, partition)))
                {
                    given[reader].Add(new(topic.Id, [partition]));
                }
            }
        }

        return given.ToDictionary(
            member => member.Key,
            member => ClassicAssignments.Serialize(
                PartitionAssignment.Create(member.Value), harness.Topics, new byte[] { 0, 1 }));
    }
}
