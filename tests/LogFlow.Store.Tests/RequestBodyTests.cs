using System.IO.Compression;
using System.Net;
using System.Text;
using LogFlow.Hosting;
using LogFlow.Testing;

namespace LogFlow.Store.Tests;

/// <summary>What a body may cost others: what has arrived of it, and only while it is needed.</summary>
public sealed class RequestBodyTests
{
    private const string Document = "{\"create\":{}}\n{\"@timestamp\":\"2025-11-20T10:00:00Z\",\"message\":\"m\"}\n";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Bodies_TwoAnnouncedAndNotSent_CostOthersNothing()
    {
        await using var store = await TestStore.StartAsync();
        const string head = """
            POST /logs-a-b/_bulk HTTP/1.1
            Host: 127.0.0.1
            Content-Type: application/x-ndjson
            Content-Length: 104857599
            """;
        using var first = await RawRequest.SendAsync(store.Service.Port, head, [(byte)'{']);
        using var second = await RawRequest.SendAsync(store.Service.Port, head, [(byte)'{']);
        await Eventually.TrueAsync(() => store.Service.Bodies.Others.BytesHeld > 0, "the two have begun");

        var body = string.Concat(Enumerable.Repeat(Document, 20_000));
        var (status, _, _) = await store.BulkAsync(body, path: "/logs-a-b/_bulk").WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(20_000, (await store.SendAsync(HttpMethod.Get, "/logs-a-b/_count").WaitAsync(Soon))["count"]!
            .GetValue<int>());
        Assert.InRange(store.Service.Bodies.Others.BytesHeld, 1, 2 * 4096);
    }

    [Fact]
    public async Task Bodies_FullOfOthers_LeaveTheProcessorItsShare()
    {
        await using var store = await TestStore.StartAsync(
            configure: config => config.HttpMaxContentLength = new ByteSize(1 << 20));
        var slow = new List<RawRequest>();
        try
        {
            var head = $"""
                POST /logs-a-b/_bulk HTTP/1.1
                Host: 127.0.0.1
                Content-Type: application/x-ndjson
                Content-Length: {1 << 20}
                """;
            while (store.Service.Bodies.Others.WaiterCount == 0)
            {
                slow.Add(await RawRequest.SendAsync(store.Service.Port, head, new byte[(1 << 20) - 1]));
                Assert.True(slow.Count < 200, "the budget of the others has no end");
            }

            var topic = LogFlow.Platform.KafkaUuid.Format(EngineHarness.Topic);
            var bulk = EngineHarness.Action(0) + EngineHarness.Document(0, 1) + "\n";
            var (status, _, _) = await store.BulkAsync(bulk, $"{topic}:0:0:1:b").WaitAsync(Soon);
            Assert.Equal(HttpStatusCode.OK, status);
            var small = await store.SendAsync(HttpMethod.Post, "/logs-*/_search", "{}").WaitAsync(Soon);
            Assert.Equal(1, small["hits"]!["total"]!["value"]!.GetValue<int>());
        }
        finally
        {
            slow.ForEach(request => request.Dispose());
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1", 200)]
    [InlineData("POST /_nothing HTTP/1.1", 400)]
    [InlineData("DELETE /logs-a-b/_bulk HTTP/1.1", 405)]
    public async Task Body_ThatNobodyNeeds_IsNotWaitedFor(string line, int expected)
    {
        await using var store = await TestStore.StartAsync();
        using var request = await RawRequest.SendAsync(store.Service.Port, $"""
            {line}
            Host: 127.0.0.1
            Content-Type: application/json
            Content-Length: 1000000
            """);
        Assert.Equal(expected, await request.ReadStatusAsync().WaitAsync(Soon));
        Assert.Equal(0, store.Service.Bodies.Others.BytesHeld);
    }

    [Fact]
    public async Task Bulk_HoweverItEnds_GivesAllBack()
    {
        using var folder = new TempDirectory();
        await using var store = await TestStore.StartAsync(
            folder.Path, config => config.HttpMaxContentLength = new ByteSize(1 << 20));
        var bodies = store.Service.Bodies;
        var head = """
            POST /logs-a-b/_bulk HTTP/1.1
            Host: 127.0.0.1
            Content-Type: application/x-ndjson
            """;

        // Half a body, then a reset.
        var dies = await RawRequest.SendAsync(
            store.Service.Port, head + "\nContent-Length: 300000", new byte[100_000]);
        await Eventually.TrueAsync(() => bodies.Others.BytesHeld > 50_000, "half of the body has arrived");
        dies.Abort();

        // Too long, though it did not say so; damaged; refused; good.
        var tooLong = Encoding.ASCII.GetBytes("200000\r\n").Concat(new byte[0x200000]).ToArray();
        using var chunked = await RawRequest.SendAsync(
            store.Service.Port, head + "\nTransfer-Encoding: chunked", tooLong);
        Assert.Contains(await chunked.ReadStatusAsync().WaitAsync(Soon), new[] { 413, 0 });
        Assert.Equal(400, await SendGzipAsync(store, Zip(Document)[..^12]));
        Assert.Equal(400, await SendGzipAsync(store, Zip("{\"nonsense\":{}}\n{}\n")));
        Assert.Equal(413, await SendGzipAsync(store, Zip(new string(' ', 2 << 20) + "\n")));
        Assert.Equal(200, await SendGzipAsync(store, Zip(Document)));

        await Eventually.TrueAsync(
            () => bodies.Others.BytesHeld == 0 && bodies.Pool.LentCount == 0, "all bytes and buffers are back");
    }

    [Fact]
    public async Task Bulk_WhenTheStoreFails_GivesAllBack()
    {
        using var folder = new TempDirectory();
        await using var store = await TestStore.StartAsync(folder.Path);

        // A file where the day's folder should be: the commit cannot be made.
        Directory.CreateDirectory(folder.File("days"));
        await File.WriteAllTextAsync(folder.File("days/2025-11-20"), "in the way");
        using var request = await RawRequest.SendAsync(
            store.Service.Port, $"""
            POST /logs-a-b/_bulk HTTP/1.1
            Host: 127.0.0.1
            Content-Type: application/x-ndjson
            Content-Length: {Document.Length}
            """, Encoding.ASCII.GetBytes(Document));
        await Eventually.TrueAsync(() => store.Engine.WriteProblem is not null, "the commit failed");
        Assert.True(store.Service.Bodies.Others.BytesHeld > 0, "the request waits for the disk");
        request.Abort();
        await Eventually.TrueAsync(() => store.Service.Bodies is { Others.BytesHeld: 0, Pool.LentCount: 0 },
            "the client is gone: all bytes and buffers are back");
        File.Delete(folder.File("days/2025-11-20"));
    }

    private static async Task<int> SendGzipAsync(TestStore store, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.Add("Content-Type", "application/x-ndjson");
        content.Headers.Add("Content-Encoding", "gzip");
        using var response = await store.Http.PostAsync(new Uri("/logs-a-b/_bulk", UriKind.Relative), content);
        return (int)response.StatusCode;
    }

    private static byte[] Zip(string text)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return output.ToArray();
    }
}
