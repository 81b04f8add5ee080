using System.Net;

namespace LogFlow.Queue.Tests;

public sealed class NetworkPartsTests
{
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
