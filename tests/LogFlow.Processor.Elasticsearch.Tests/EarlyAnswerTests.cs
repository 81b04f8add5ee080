using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LogFlow.Platform;

namespace LogFlow.Processor.Elasticsearch.Tests;

/// <summary>Answers that come before the request is sent to its end, and others that are none.</summary>
public sealed class EarlyAnswerTests
{
    [Theory]
    [InlineData(413)]
    [InlineData(429)]
    public async Task Answer_BeforeTheBodyIsSent_IsThatStatus(int status)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = AnswerEarlyAsync(listener, status);
        await using var connection = new ElasticsearchConnection(Some.Options(UrlOf(listener)));
        using var request = Some.Request([.. Enumerable.Repeat(new string('1', 1_000_000), 40)]);

        using var response = await connection.SendBulkAsync("/_bulk", Some.AllItems(request), null, default);

        Assert.Equal(status, response.Status);
        await serving;
    }

    [Fact]
    public async Task Connection_ResetWhileTheBodyIsSent_IsNoAnswer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = AnswerEarlyAsync(listener, status: 0);
        await using var connection = new ElasticsearchConnection(Some.Options(UrlOf(listener)));
        using var request = Some.Request([.. Enumerable.Repeat(new string('1', 1_000_000), 40)]);

        using var response = await connection.SendBulkAsync("/_bulk", Some.AllItems(request), null, default);

        Assert.Equal(0, response.Status);
        Assert.NotNull(response.Failure);
        await serving;
    }

    [Fact]
    public async Task Leases_AfterEveryEndOfASend_AreBack()
    {
        var pool = new BytePool(1 << 20);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var connection = new ElasticsearchConnection(Some.Options(UrlOf(listener)));
        foreach (var status in (int[])[413, 0])
        {
            var serving = AnswerEarlyAsync(listener, status);
            var request = Some.RequestOf(pool, new string('1', 4_000_000));
            var items = Some.AllItems(request);
            using var response = await connection.SendBulkAsync("/_bulk", items, null, default);
            request.Dispose();
            await serving;
            Assert.Equal(0, pool.LentCount);
        }

        // Nobody answers, and the caller gives up in the middle.
        var waiting = Some.RequestOf(pool, new string('1', 4_000_000));
        using var stop = new CancellationTokenSource();
        var sending = connection.SendBulkAsync("/_bulk", Some.AllItems(waiting), null, stop.Token);
        using (await listener.AcceptSocketAsync())
        {
            waiting.Dispose();
            Assert.Equal(1, pool.LentCount);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        }

        Assert.Equal(0, pool.LentCount);
    }

    private static Uri UrlOf(TcpListener listener) => new($"http://{listener.LocalEndpoint}");

    /// <summary>
    /// Reads the head of one request, answers (or not) and closes with a reset, as what was sent is not read.
    /// </summary>
    private static async Task AnswerEarlyAsync(TcpListener listener, int status)
    {
        using var socket = await listener.AcceptSocketAsync();
        var seen = new StringBuilder();
        var buffer = new byte[1024];
        while (!seen.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            seen.Append(Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer)));
        }

        if (status > 0)
        {
            var answer = string.Create(
                CultureInfo.InvariantCulture,
                $"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            await socket.SendAsync(Encoding.ASCII.GetBytes(answer));
        }
    }
}
