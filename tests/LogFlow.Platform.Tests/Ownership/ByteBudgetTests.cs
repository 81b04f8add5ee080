using LogFlow.Testing;

namespace LogFlow.Platform.Tests;

public sealed class ByteBudgetTests
{
    private const long Kilo = 1 << 10;
    private const long Mega = 1 << 20;

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Take_Full_AdmitsWaitersInOrder()
    {
        using var budget = new ByteBudget(100);
        await budget.TakeAsync(80, None);
        var large = budget.TakeAsync(90, None).AsTask();
        var small = budget.TakeAsync(10, None).AsTask();
        Assert.False(budget.TryTake(1));
        Assert.Equal(2, budget.WaiterCount);

        budget.Return(80);
        await large;
        await small;
        Assert.Equal(100, budget.BytesHeld);
    }

    [Fact]
    public async Task Take_LargerThanAll_IsAdmittedAlone()
    {
        using var budget = new ByteBudget(100);
        Assert.True(budget.TryTake(1));
        var huge = budget.TakeAsync(5000, None).AsTask();
        Assert.False(huge.IsCompleted);
        budget.Return(1);
        await huge;
        Assert.False(budget.TryTake(1));
    }

    [Fact]
    public async Task Take_MoreClaimsThanAllowed_Waits()
    {
        using var budget = new ByteBudget(
            new ByteBudgetOptions { BytesMax = 100, ClaimsMax = 2 }, TimeProvider.System);
        await budget.TakeAsync(1, None);
        await budget.TakeAsync(0, None);
        var third = budget.TakeAsync(1, None).AsTask();
        Assert.Equal(1, budget.WaiterCount);
        budget.Return(0);
        await third;
    }

    [Fact]
    public async Task Waiter_GivesUp_LetsTheNextOn()
    {
        using var budget = new ByteBudget(100);
        await budget.TakeAsync(50, None);
        using var cancel = new CancellationTokenSource();
        var large = budget.TakeAsync(90, cancel.Token).AsTask();
        var small = budget.TakeAsync(50, None).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small;
    }

    [Fact]
    public void TakeUpTo_GivesWhatIsLeftButNeverLessThanTheLeast_AndIsResized()
    {
        using var budget = new ByteBudget(100);
        Assert.Equal(60, budget.TakeUpTo(10, 60));
        Assert.Equal(40, budget.TakeUpTo(10, 60));
        Assert.Equal(10, budget.TakeUpTo(10, 60));
        budget.Resize(60, 5);
        Assert.Equal(55, budget.BytesHeld);
        Assert.Throws<InvalidOperationException>(() => budget.Return(1000));
    }

    [Fact]
    public async Task SmallClaim_WhileLargeOnesHoldAndWaitForEverything_IsServedAtOnce()
    {
        var (budget, _) = Server();
        var large = budget.Open(10 * Mega, new ByteHolder("a"));
        await large.GrowAsync(2 * Mega, None);
        var others = Enumerable.Range(0, 8).Select(i => budget.Open(Mega, new ByteHolder($"b{i}"))).ToList();
        foreach (var other in others)
        {
            _ = other.GrowAsync(Mega, None).AsTask();
        }

        Assert.True(budget.WaiterCount > 0);
        using var small = budget.Open(64 * Kilo, new ByteHolder("c"));
        Assert.True(small.GrowAsync(64 * Kilo, None).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Share_UsedUpByOneHolder_DoesNotStandBeforeOthers()
    {
        var (budget, _) = Server();
        var greedy = new ByteHolder("greedy");
        using var complete = budget.Open(2 * Mega, greedy);
        await complete.GrowAsync(2 * Mega, None);
        using var more = budget.Open(Mega, greedy);
        var growing = more.GrowAsync(Mega, None).AsTask();
        Assert.Equal(0, more.Granted);

        using var other = budget.Open(Mega, new ByteHolder("other"));
        Assert.True(other.GrowAsync(Mega, None).AsTask().IsCompletedSuccessfully);

        complete.Dispose();
        await growing;
    }

    [Fact]
    public async Task LargestClaim_Alone_GrowsToItsEnd_AndLeavesTheRestToOthers()
    {
        var (budget, _) = Server();
        using var huge = budget.Open(16 * Mega, new ByteHolder("huge"));
        while (!huge.Granted.Equals(huge.Announced))
        {
            await huge.GrowAsync(Math.Min(700 * Kilo, huge.Announced - huge.Granted), None);
            using var other = budget.Open(Mega, new ByteHolder("other"));
            Assert.True(other.GrowAsync(Mega, None).AsTask().IsCompletedSuccessfully);
        }
    }

    [Fact]
    public void HalfArrivedClaims_ThatFillEverything_FinishOneByOne()
    {
        var (budget, _) = Server();
        var claims = Enumerable.Range(0, 20).Select(i => budget.Open(Mega, new ByteHolder($"c{i}"))).ToList();
        foreach (var claim in claims)
        {
            _ = claim.GrowAsync(600 * Kilo, None).AsTask();
        }

        var done = 0;
        for (var round = 0; round < 100 && done < claims.Count; round++)
        {
            foreach (var claim in claims.Where(claim => claim.Granted == 600 * Kilo && claim.Waiter is null))
            {
                _ = claim.GrowAsync(claim.Announced - claim.Granted, None).AsTask();
            }

            foreach (var claim in claims.Where(claim => claim.IsComplete && !claim.IsGivenBack))
            {
                claim.Dispose();
                done++;
            }

            Assert.True(budget.BytesHeld <= 24 * Mega);
        }

        Assert.Equal(claims.Count, done);
        Assert.Equal(0, budget.BytesHeld);
    }

    [Fact]
    public async Task Overdraft_HeldByAStalledClaim_PassesOn()
    {
        var (budget, time) = Server();
        using var stalled = budget.Open(6 * Mega, new ByteHolder("stalled"));
        await stalled.GrowAsync(2 * Mega, None);
        await stalled.GrowAsync(Mega, None);
        using var next = budget.Open(5 * Mega, new ByteHolder("next"));
        await next.GrowAsync(2 * Mega, None);
        var growing = next.GrowAsync(Mega, None).AsTask();
        Assert.Equal(2 * Mega, next.Granted);
        time.AdvanceMs(1000);
        await growing;
    }

    [Fact]
    public void SlowSenders_WhenOthersWaitTooLong_AreCutSlowestFirst()
    {
        var time = new ManualTime();
        using var budget = new ByteBudget(
            new ByteBudgetOptions
            {
                BytesMax = 4 * Mega,
                OverdraftBytesMax = 4 * Mega,
                StallAfter = TimeSpan.FromSeconds(100),
                CutAfter = TimeSpan.FromSeconds(5),
            },
            time);
        var waits = new List<ByteBudgetWait>();
        budget.LongWait += waits.Add;
        var cut = new List<string>();
        var slowest = Slow("slowest", Mega);
        var slow = Slow("slow", 3 * Mega);
        using var overdrawer = budget.Open(4 * Mega, new ByteHolder("overdrawer"));
        _ = overdrawer.GrowAsync(Mega, None).AsTask();
        Assert.Equal(Mega, overdrawer.Granted);

        time.AdvanceMs(30_000);
        using var waiting = budget.Open(2 * Mega, new ByteHolder("waiting"));
        _ = waiting.GrowAsync(Mega, None).AsTask();
        time.AdvanceMs(4_900);
        Assert.Empty(cut);
        time.AdvanceMs(5_200);
        Assert.Equal(["slowest"], cut);
        Assert.Equal(Mega, waiting.Granted);
        Assert.Equal(1, budget.Cuts);
        Assert.Equal("slow", Assert.Single(waits).LargestHolder);
        Assert.Equal(3 * Mega, waits[0].LargestHolderBytes);
        Assert.Equal(1, budget.ReportedWaits);
        slow.Dispose();
        slowest.Dispose();

        ByteClaim Slow(string name, long bytes)
        {
            ByteClaim? claim = null;
            claim = budget.Open(4 * Mega, new ByteHolder(name, () =>
            {
                cut.Add(name);
                claim!.Dispose();
            }));
            Assert.True(claim.GrowAsync(bytes, None).AsTask().IsCompletedSuccessfully);
            return claim;
        }
    }

    [Fact]
    public void Claim_BeyondWhatItAnnounced_Throws()
    {
        var (budget, _) = Server();
        using var claim = budget.Open(10, new ByteHolder("a"));
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = claim.GrowAsync(11, None).AsTask(); });
        Assert.Throws<ArgumentOutOfRangeException>(() => budget.Open(17 * Mega));
    }

    /// <summary>8 MiB, 1 MiB of it for small claims, 2 MiB a holder, claims up to 16 MiB.</summary>
    private static (ByteBudget Budget, ManualTime Time) Server()
    {
        var time = new ManualTime();
        return (new ByteBudget(
            new ByteBudgetOptions
            {
                BytesMax = 8 * Mega,
                ReserveBytes = Mega,
                ShareBytesMax = 2 * Mega,
                OverdraftBytesMax = 16 * Mega,
            },
            time), time);
    }
}
