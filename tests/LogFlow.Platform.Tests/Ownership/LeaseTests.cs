namespace LogFlow.Platform.Tests;

public sealed class LeaseTests
{
    [Fact]
    public void LastDispose_OfSeveralHolders_GivesBackOnce()
    {
        var thing = new Thing();
        var first = new Lease<Thing>(thing);
        var second = first.Retain();
        first.Dispose();
        first.Dispose();
        Assert.Equal(0, thing.GivenBack);
        Assert.Same(thing, second.Value);
        second.Dispose();
        Assert.Equal(1, thing.GivenBack);
    }

    [Fact]
    public void Use_AfterOwnDispose_Throws_ThoughOthersStillHold()
    {
        var first = new Lease<Thing>(new Thing());
        using var second = first.Retain();
        first.Dispose();
        Assert.Throws<ObjectDisposedException>(() => first.Value);
        Assert.Throws<ObjectDisposedException>(() => first.Retain());
    }

    [Fact]
    public void Bytes_AfterTheLastDispose_CannotBeTouched_AndAreLentAgain()
    {
        var pool = new BytePool(1 << 20);
        var lease = pool.Rent(5000);
        var bytes = lease.Value;
        bytes.Span.Fill(7);
        var stale = bytes.Memory;
        Assert.Equal(1, pool.LentCount);
        lease.Dispose();
        Assert.Equal(0, pool.LentCount);
        Assert.Throws<ObjectDisposedException>(() => bytes.Memory);
        using var next = pool.Rent(5000);
        next.Value.Span.Fill(9);
        // The same array: what a stale slice would see is why nobody may keep one.
        Assert.Equal(9, stale.Span[0]);
    }

    [Fact]
    public void Pool_Rent_FitsAndKeepsNoMoreThanAllowed()
    {
        var pool = new BytePool(1 << 20);
        foreach (var length in new[] { 0, 1, 1024, 1025, 1 << 20, (1 << 20) + 1, 100 << 20 })
        {
            using var lease = pool.Rent(length);
            Assert.Equal(length, lease.Value.Memory.Length);
        }

        // Too large to be kept; kept and lent again; given up after two rounds without use.
        Assert.NotSame(RentAndReturn(pool, 2 << 20), RentAndReturn(pool, 2 << 20));
        Assert.Same(RentAndReturn(pool, 4000), RentAndReturn(pool, 3000));
        var kept = RentAndReturn(pool, 4096);
        pool.Trim();
        pool.Trim();
        Assert.NotSame(kept, RentAndReturn(pool, 4096));
    }

    [Fact]
    public void Bytes_GivenBack_EndTheClaimThatTheyCountAgainst()
    {
        using var budget = new ByteBudget(100);
        var claim = budget.Open(60);
        Assert.True(claim.GrowAsync(60, CancellationToken.None).AsTask().IsCompletedSuccessfully);
        var lease = new BytePool(0).Rent(60, claim);
        using var other = lease.Retain();
        lease.Dispose();
        Assert.Equal(60, budget.BytesHeld);
        other.Dispose();
        Assert.Equal(0, budget.BytesHeld);
    }

    [Fact]
    public async Task RetainAndDispose_OnManyThreads_GiveBackOnceAtTheEnd()
    {
        var thing = new Thing();
        var first = new Lease<Thing>(thing);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                using var share = first.Retain();
                Assert.Equal(0, share.Value.GivenBack);
            }
        })));
        Assert.Equal(0, thing.GivenBack);
        first.Dispose();
        Assert.Equal(1, thing.GivenBack);
    }

    private static byte[] RentAndReturn(BytePool pool, int length)
    {
        using var lease = pool.Rent(length);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray<byte>(lease.Value.Memory, out var array));
        return array.Array!;
    }

    private sealed class Thing : ILeasable
    {
        public int GivenBack { get; private set; }

        public void GiveBack() => GivenBack++;
    }
}
