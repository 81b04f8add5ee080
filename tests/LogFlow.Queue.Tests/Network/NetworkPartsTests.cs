using System.Net;
using LogFlow.Queue.Network;

namespace LogFlow.Queue.Tests.Network;

public sealed class NetworkPartsTests
{
    [Fact]
    public async Task ByteBudget_Full_AdmitsWaitersInOrder()
    {
        var budget = new ByteBudget(100);
        await budget.AcquireAsync(80, CancellationToken.None);
        var large = budget.AcquireAsync(90, CancellationToken.None).AsTask();
        var small = budget.AcquireAsync(10, CancellationToken.None).AsTask();
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);

        budget.Release(80);
        await large;
        await small;
        Assert.Equal(100, budget.BytesHeld);
    }

    [Fact]
    public async Task ByteBudget_LargerThanAll_IsAdmittedAlone()
    {
        var budget = new ByteBudget(100);
        await budget.AcquireAsync(1, CancellationToken.None);
        var huge = budget.AcquireAsync(5000, CancellationToken.None).AsTask();
        Assert.False(huge.IsCompleted);
        budget.Release(1);
        await huge;
    }

    [Fact]
    public async Task ByteBudget_WaiterGivesUp_LetsTheNextOn()
    {
        var budget = new ByteBudget(100);
        await budget.AcquireAsync(50, CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var large = budget.AcquireAsync(90, cancel.Token).AsTask();
        var small = budget.AcquireAsync(50, CancellationToken.None).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small;
    }

    [Fact]
    public void ByteBudget_UpTo_GivesWhatIsLeftButNeverLessThanTheLeast()
    {
        var budget = new ByteBudget(100);
        Assert.Equal(60, budget.AcquireUpTo(10, 60));
        Assert.Equal(40, budget.AcquireUpTo(10, 60));
        Assert.Equal(10, budget.AcquireUpTo(10, 60));
    }

    [Fact]
    public void FramePool_Rent_FitsAndIsReused()
    {
        var pool = new FramePool(10 << 20);
        foreach (var length in new[] { 1, 1024, 1025, 1 << 20, (1 << 20) + 1, 100 << 20 })
        {
            Assert.True(pool.Rent(length).Length >= length);
        }

        var buffer = pool.Rent(3000);
        pool.Return(buffer);
        Assert.Same(buffer, pool.Rent(2500));
    }

    [Fact]
    public void FramePool_KeepsNoMoreThanAllowed_AndTrimsWhatIsUnused()
    {
        var pool = new FramePool(1 << 20);
        var tooLarge = pool.Rent(2 << 20);
        pool.Return(tooLarge);
        Assert.NotSame(tooLarge, pool.Rent(2 << 20));

        var kept = pool.Rent(4096);
        pool.Return(kept);
        pool.Trim();
        pool.Trim();
        Assert.NotSame(kept, pool.Rent(4096));
    }

    [Fact]
    public async Task OverlapGate_OtherKind_WaitsForAll()
    {
        var gate = new OverlapGate();
        await gate.EnterAsync(mayOverlap: true);
        await gate.EnterAsync(mayOverlap: true);
        var exclusive = gate.EnterAsync(mayOverlap: false).AsTask();
        gate.Leave();
        Assert.False(exclusive.IsCompleted);
        gate.Leave();
        await exclusive;
        var next = gate.EnterAsync(mayOverlap: true).AsTask();
        Assert.False(next.IsCompleted);
        gate.Leave();
        await next;
    }

    [Theory]
    [InlineData("PLAINTEXT://127.0.0.1:9092", "127.0.0.1", 9092)]
    [InlineData("localhost:0", "localhost", 0)]
    [InlineData("plaintext://:9092", "", 9092)]
    [InlineData("PLAINTEXT://[::1]:9092", "::1", 9092)]
    public void Listener_Valid_IsRead(string text, string host, int port)
    {
        Assert.True(ListenerEndpoint.TryParse(text, out var endpoint, out _));
        Assert.Equal((host, port), (endpoint.Host, endpoint.Port));
    }

    [Theory]
    [InlineData("127.0.0.1", "port")]
    [InlineData("PLAINTEXT://127.0.0.1:70000", "port")]
    [InlineData("SSL://127.0.0.1:9093", "SSL is not supported")]
    public void Listener_Invalid_SaysWhy(string text, string reason)
    {
        Assert.False(ListenerEndpoint.TryParse(text, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("queue.example", "queue.example")]
    public void Advertise_Loopback_IsIPv4(string host, string advertised) =>
        Assert.Equal(
            advertised,
            new ListenerEndpoint("PLAINTEXT", host, 0).Advertise(new IPEndPoint(
                host == "queue.example" ? IPAddress.Parse("10.1.2.3") : IPAddress.Loopback, 1234)).Host);

    [Fact]
    public void Advertise_Wildcard_IsThisMachine() =>
        Assert.Equal(
            Dns.GetHostName(),
            new ListenerEndpoint("PLAINTEXT", "0.0.0.0", 0).Advertise(new IPEndPoint(IPAddress.Any, 1)).Host);
}
