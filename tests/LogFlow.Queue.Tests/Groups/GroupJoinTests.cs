using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Tests;

public sealed class GroupJoinTests : IDisposable
{
    private readonly GroupHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task Join_FirstMember_LeadsGenerationOne()
    {
        var joined = await _harness.JoinAsync();

        Assert.Equal(ErrorCode.None, joined.Error);
        Assert.Equal(1, joined.Generation);
        Assert.Equal(joined.MemberId, joined.Leader);
        Assert.Equal("range", joined.ProtocolName);
        Assert.Equal("consumer", joined.ProtocolType);
        Assert.Single(joined.Members);
        Assert.StartsWith("client-", joined.MemberId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_KnownIdRequired_GivesIdFirst()
    {
        var asked = await _harness.JoinAsync(requiresKnownId: true);
        Assert.Equal(ErrorCode.MemberIdRequired, asked.Error);
        Assert.NotEmpty(asked.MemberId);
        Assert.Equal(GroupState.Empty, _harness.Group.DescribeClassic()!.State);

        var joined = await _harness.JoinAsync(asked.MemberId, requiresKnownId: true);
        Assert.Equal(ErrorCode.None, joined.Error);
        Assert.Equal(asked.MemberId, joined.MemberId);
    }

    [Fact]
    public async Task Join_PendingMemberThatNeverReturns_ExpiresAndLetsOthersOn()
    {
        var first = (await _harness.StableAsync(1))[0];
        await _harness.JoinAsync(requiresKnownId: true, sessionTimeoutMs: 6_000);
        var rejoin = _harness.JoinAsync(first.MemberId);
        Assert.False(rejoin.IsCompleted);

        _harness.Time.AdvanceMs(6_001);

        Assert.Equal(2, (await rejoin).Generation);
    }

    [Theory]
    [InlineData(5_999)]
    [InlineData(1_800_001)]
    public async Task Join_SessionTimeoutOutsideLimits_IsRefused(int sessionTimeoutMs) =>
        Assert.Equal(
            ErrorCode.InvalidSessionTimeout,
            (await _harness.JoinAsync(sessionTimeoutMs: sessionTimeoutMs)).Error);

    [Fact]
    public async Task Join_UnknownMemberId_IsRefused()
    {
        Assert.Equal(ErrorCode.UnknownMemberId, (await _harness.JoinAsync("nobody")).Error);
        await _harness.StableAsync(1);
        Assert.Equal(ErrorCode.UnknownMemberId, (await _harness.JoinAsync("nobody")).Error);
    }

    [Fact]
    public async Task Join_NoCommonProtocol_IsRefused()
    {
        await _harness.StableAsync(1);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await _harness.JoinAsync(protocols: "sticky")).Error);
    }

    [Fact]
    public async Task Join_InitialDelay_CollectsMembersInOneGeneration()
    {
        using var harness = new GroupHarness(new GroupSettings { InitialRebalanceDelayMs = 100 });
        var first = harness.JoinAsync();
        harness.Time.AdvanceMs(60);
        var second = harness.JoinAsync();
        harness.Time.AdvanceMs(60);
        Assert.False(first.IsCompleted);
        harness.Time.AdvanceMs(100);

        Assert.Equal(1, (await first).Generation);
        Assert.Equal(1, (await second).Generation);
        Assert.Equal(2, (await first).Members.Count);
        Assert.Empty((await second).Members);
    }

    [Fact]
    public async Task Join_SecondMember_WaitsForFirstToRejoin()
    {
        var first = (await _harness.StableAsync(1))[0];
        var second = _harness.JoinAsync();
        Assert.False(second.IsCompleted);
        Assert.Equal(ErrorCode.RebalanceInProgress, _harness.Heartbeat(first));

        var again = await _harness.JoinAsync(first.MemberId);

        Assert.Equal(2, again.Generation);
        Assert.Equal(2, (await second).Generation);
        Assert.Equal(2, again.Members.Count);
        Assert.Equal(ErrorCode.IllegalGeneration, _harness.Heartbeat(first));
    }

    [Fact]
    public async Task Join_MemberAbsentAtRebalanceTimeout_IsDropped()
    {
        var members = await _harness.StableAsync(2);
        var rejoin = _harness.JoinAsync(members[0].MemberId, rebalanceTimeoutMs: 60_000);
        for (var waitedMs = 0; waitedMs < 60_000; waitedMs += 5_000)
        {
            Assert.False(rejoin.IsCompleted);
            // Heartbeats alone keep the session, not the place in the next generation.
            Assert.Equal(ErrorCode.RebalanceInProgress, _harness.Heartbeat(members[1]));
            _harness.Time.AdvanceMs(5_000);
        }

        _harness.Time.AdvanceMs(100);
        Assert.Equal(members[0].Generation + 1, (await rejoin).Generation);
        Assert.Single((await rejoin).Members);
        Assert.Equal(ErrorCode.UnknownMemberId, _harness.Heartbeat(members[1]));
    }

    [Fact]
    public async Task Join_SameFollowerTwiceWhileStable_KeepsGeneration()
    {
        var members = await _harness.StableAsync(2);
        var follower = members.Single(member => member.MemberId != member.Leader);

        var again = await _harness.JoinAsync(follower.MemberId);

        Assert.Equal(follower.Generation, again.Generation);
        Assert.Equal(GroupState.Stable, _harness.Group.DescribeClassic()!.State);
    }

    [Fact]
    public async Task Join_FollowerWithNewSubscription_Rebalances()
    {
        var members = await _harness.StableAsync(2);
        var follower = members.Single(member => member.MemberId != member.Leader);
        var again = _harness.JoinAsync(follower.MemberId, subscription: "other");
        Assert.False(again.IsCompleted);
        var leader = await _harness.JoinAsync(follower.Leader);
        Assert.Equal(follower.Generation + 1, leader.Generation);
        Assert.Contains(leader.Members, member => GroupHarness.Text(member.Metadata) == "other");
    }

    [Fact]
    public async Task Join_AskedAgainWhileWaiting_AnswersTheFirstAndKeepsTheSecond()
    {
        var members = await _harness.StableAsync(2);
        var lost = _harness.JoinAsync(members[0].MemberId);
        var retried = _harness.JoinAsync(members[0].MemberId);
        Assert.Equal(ErrorCode.RebalanceInProgress, (await lost).Error);
        await _harness.JoinAsync(members[1].MemberId);
        Assert.Equal(members[0].Generation + 1, (await retried).Generation);
    }

    [Fact]
    public async Task Protocol_Votes_DecideAmongCommonOnes()
    {
        using var harness = new GroupHarness(new GroupSettings { InitialRebalanceDelayMs = 10 });
        var joins = new[] { "a,b", "b,a", "b,a,c" }
            .Select(protocols => harness.JoinAsync(protocols: protocols)).ToArray();
        harness.Time.AdvanceMs(10);
        harness.Time.AdvanceMs(100);
        Assert.All(await Task.WhenAll(joins), joined => Assert.Equal("b", joined.ProtocolName));
    }

    [Fact]
    public async Task Join_GroupFull_IsRefused()
    {
        using var harness = new GroupHarness(new GroupSettings { InitialRebalanceDelayMs = 0, SizeMax = 1 });
        var member = (await harness.StableAsync(1))[0];
        Assert.Equal(ErrorCode.GroupMaxSizeReached, (await harness.JoinAsync()).Error);
        Assert.Equal(ErrorCode.None, (await harness.JoinAsync(member.MemberId)).Error);
    }

    [Fact]
    public async Task Join_StormOfMembers_EndsInOneStableGeneration()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var harness = new GroupHarness(new GroupSettings { InitialRebalanceDelayMs = 50 });
        var asked = new List<JoinGroupResult>();
        for (var i = 0; i < 40; i++)
        {
            asked.Add(await harness.JoinAsync(requiresKnownId: true));
        }

        var ids = asked.Select(member => member.MemberId).ToArray();
        random.Shuffle(ids);

        // Time stands still until all have asked: a busy machine must not let their sessions expire meanwhile.
        var askedCount = 0;
        var joins = ids.Select(id => Task.Run(() =>
        {
            var join = harness.JoinAsync(id);
            Interlocked.Increment(ref askedCount);
            return join;
        })).ToArray();
        await Eventually.TrueAsync(() => Volatile.Read(ref askedCount) == ids.Length, "all have asked to join");
        while (joins.Any(join => !join.IsCompleted))
        {
            harness.Time.AdvanceMs(10);
            await Task.Yield();
        }

        // Some may have been in an earlier generation: they are told, and join again, until all are in one.
        var joined = await Task.WhenAll(joins);
        while (joined.Select(member => member.Generation).Distinct().Count() > 1)
        {
            var again = joined.Select(member => harness.JoinAsync(member.MemberId)).ToArray();
            harness.Time.AdvanceMs(100);
            joined = await Task.WhenAll(again);
        }

        await harness.SyncAllAsync(joined, _ => null);
        Assert.True(harness.Group.DescribeClassic()!.State == GroupState.Stable, $"seed {seed}");
        Assert.Equal(40, harness.Group.DescribeClassic()!.Members.Count);
        Assert.Single(joined, member => member.Members.Count == 40);
    }
}
