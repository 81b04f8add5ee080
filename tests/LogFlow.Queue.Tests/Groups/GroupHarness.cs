using System.Text;
using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>A coordinator over a hand-moved clock and a store in memory, and members that speak to it.</summary>
internal sealed class GroupHarness : IDisposable
{
    public const string GroupId = "indexers";

    private readonly TestMeters _meters = new();

    /// <summary>Ids are counted over restarts, so that a seed replays what it did.</summary>
    private int _memberCount;

    public GroupHarness(
        GroupSettings? settings = null,
        MemoryGroupStore? store = null,
        MemoryGroupTopics? topics = null,
        int memberCount = 0)
    {
        _memberCount = memberCount;
        Topics = topics ?? new MemoryGroupTopics();
        Store = store ?? new MemoryGroupStore();
        Coordinator = new GroupCoordinator(
            settings ?? new GroupSettings { InitialRebalanceDelayMs = 0 },
            Topics,
            Store,
            Time,
            new QueueMetrics(_meters),
            NullLogger.Instance,
            TimeSpan.FromMinutes(10),
            () => $"{++_memberCount:0000}");
    }

    public int MemberCount => _memberCount;

    public ManualTime Time { get; } = new();

    public MemoryGroupTopics Topics { get; }

    public MemoryGroupStore Store { get; }

    public GroupCoordinator Coordinator { get; }

    public Group Group => Coordinator.Find(GroupId) ?? throw new InvalidOperationException("no such group");

    public Task<JoinGroupResult> JoinAsync(
        string memberId = "",
        string? instance = null,
        string protocols = "range",
        int sessionTimeoutMs = 10_000,
        int rebalanceTimeoutMs = 60_000,
        bool requiresKnownId = false,
        bool supportsSkipping = false,
        string subscription = "s",
        byte[]? metadata = null) => Coordinator.JoinAsync(GroupId, new JoinGroupInput
        {
            MemberId = memberId,
            GroupInstanceId = instance,
            ClientId = "client",
            ClientHost = "/127.0.0.1",
            SessionTimeoutMs = sessionTimeoutMs,
            RebalanceTimeoutMs = rebalanceTimeoutMs,
            ProtocolType = "consumer",
            Protocols = protocols.Split(',')
                .Select(name => new MemberProtocol(name, metadata ?? Encoding.UTF8.GetBytes(subscription))).ToArray(),
            RequiresKnownMemberId = requiresKnownId,
            SupportsSkippingAssignment = supportsSkipping,
        }).AsTask();

    public Task<SyncGroupResult> SyncAsync(
        JoinGroupResult joined, string? instance = null, params (string Member, string Assignment)[] assignments) =>
        Coordinator.SyncAsync(GroupId, new SyncGroupInput
        {
            MemberId = joined.MemberId,
            GroupInstanceId = instance,
            Generation = joined.Generation,
            Assignments = assignments.ToDictionary(
                pair => pair.Member, pair => Encoding.UTF8.GetBytes(pair.Assignment)),
        }).AsTask();

    public ErrorCode Heartbeat(JoinGroupResult joined, string? instance = null) =>
        Coordinator.Heartbeat(GroupId, joined.MemberId, instance, joined.Generation);

    /// <summary>A member of the classic protocol leaves, or is removed: that waits for nothing.</summary>
    public ErrorCode Leave(string memberId, string? instance)
    {
        var leaving = Coordinator.LeaveAsync(GroupId, [new LeavingMember(memberId, instance, "test")]).AsTask();
        Assert.True(leaving.IsCompleted);
        return leaving.Result[0].Error;
    }

    /// <summary>Members in a stable group, synced; the first leads.</summary>
    public async Task<JoinGroupResult[]> StableAsync(int count, Func<int, string?>? instance = null)
    {
        instance ??= _ => null;
        var first = await JoinAsync(instance: instance(0));
        if (count == 1)
        {
            return await SyncAllAsync([first], instance);
        }

        // The first is a generation of its own already: it joins again when the others have come.
        var others = Enumerable.Range(1, count - 1).Select(i => JoinAsync(instance: instance(i))).ToArray();
        JoinGroupResult[] joined =
            [await JoinAsync(first.MemberId, instance(0)), .. await Task.WhenAll(others)];
        return await SyncAllAsync(joined, instance);
    }

    public async Task<JoinGroupResult[]> SyncAllAsync(JoinGroupResult[] joined, Func<int, string?> instance)
    {
        var leader = Array.FindIndex(joined, member => member.MemberId == member.Leader);
        var assignments = joined.Select(member => (member.MemberId, "parts of " + member.MemberId)).ToArray();
        var syncs = joined.Select((member, i) =>
            SyncAsync(member, instance(i), i == leader ? assignments : [])).ToArray();
        foreach (var (sync, member) in (await Task.WhenAll(syncs)).Zip(joined))
        {
            Assert.Equal(ErrorCode.None, sync.Error);
            Assert.Equal("parts of " + member.MemberId, Encoding.UTF8.GetString(sync.Assignment!));
        }

        return joined;
    }

    public static string Text(byte[]? bytes) => Encoding.UTF8.GetString(bytes ?? []);

    public void Dispose()
    {
        Coordinator.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _meters.Dispose();
    }
}
