using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Tests;

/// <summary>Members of the new protocol that speak to a coordinator over a hand-moved clock.</summary>
internal sealed class ConsumerGroupHarness : IDisposable
{
    private GroupHarness _groups;

    public ConsumerGroupHarness(ConsumerGroupSettings? settings = null)
    {
        settings ??= new ConsumerGroupSettings();
        Settings = new GroupSettings { InitialRebalanceDelayMs = 0, Consumer = settings };
        _groups = new GroupHarness(Settings);
    }

    public GroupSettings Settings { get; }

    public GroupHarness Groups => _groups;

    public MemoryGroupTopics Topics => _groups.Topics;

    public MemoryGroupStore Store => _groups.Store;

    public ConsumerGroupSnapshot Described => _groups.Group.DescribeConsumer()!;

    public Task<ConsumerHeartbeatResult> BeatAsync(
        string member,
        int epoch,
        string? topics = null,
        string? regex = null,
        PartitionAssignment? owned = null,
        string? instance = null,
        string? assignor = null,
        int rebalanceMs = -1) => _groups.Coordinator.HeartbeatAsync(GroupHarness.GroupId, new ConsumerHeartbeatInput
        {
            MemberId = member,
            MemberEpoch = epoch,
            InstanceId = instance,
            ClientId = "client",
            ClientHost = "/127.0.0.1",
            RebalanceTimeoutMs = rebalanceMs,
            SubscribedTopics = topics?.Split(',', StringSplitOptions.RemoveEmptyEntries),
            SubscribedRegex = regex,
            ServerAssignor = assignor,
            Owned = owned,
        }).AsTask();

    public async Task<ConsumerHeartbeatResult> JoinAsync(
        string member, string topics = "t", string? instance = null, string? regex = null)
    {
        var result = await BeatAsync(
            member, 0, topics, regex, PartitionAssignment.Empty, instance, rebalanceMs: 30_000);
        Assert.Equal(ErrorCode.None, result.Error);
        return result;
    }

    /// <summary>A new coordinator on what the store has kept, and the same topics.</summary>
    public void Restart()
    {
        var (store, topics, memberCount) = (_groups.Store, _groups.Topics, _groups.MemberCount);
        _groups.Dispose();
        _groups = new GroupHarness(Settings, store, topics, memberCount);
        foreach (var (groupId, classic) in store.Groups)
        {
            _groups.Coordinator.Restore(groupId).Restore(classic);
        }

        store.LoadConsumerGroups(_groups.Coordinator);
    }

    public void Dispose() => _groups.Dispose();
}
