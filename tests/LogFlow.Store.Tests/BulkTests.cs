using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LogFlow.Testing;

namespace LogFlow.Store.Tests;

/// <summary>Bulk requests of senders that know nothing of positions.</summary>
public sealed class BulkTests
{
    private const string Document = """{"@timestamp":"2025-11-20T10:00:00Z","message":"hello"}""";

    [Fact]
    public async Task Create_SameIdAgain_Is409AlsoAfterARestart()
    {
        using var folder = new TempDirectory();
        var id = EngineHarness.Id(4);
        await using (var store = await TestStore.StartAsync(folder.Path))
        {
            var (_, first, _) = await store.BulkAsync(Create("a") + Create(id) + Create("a"));
            Assert.Equal([201, 201, 409], TestStore.Statuses(first));
            Assert.Equal(0, store.Service.GetStatus().TailDocumentCount);
            Assert.Equal([409, 409, 201],
                TestStore.Statuses((await store.BulkAsync(Create(id) + Create("a") + Create("b"))).Body));
        }

        await using var again = await TestStore.StartAsync(folder.Path);
        var (_, answer, _) = await again.BulkAsync(Create("b") + Create("a") + Create(id) + Create("c"));
        Assert.Equal([409, 409, 409, 201], TestStore.Statuses(answer));
        Assert.Equal("version_conflict_engine_exception",
            answer["items"]![0]!["create"]!["error"]!["type"]!.GetValue<string>());
        Assert.Equal(4, (await again.IdsAsync("{}")).Distinct().Count());
    }

    [Fact]
    public async Task Bulk_ErrorsPerItem_OthersAreTaken()
    {
        await using var store = await TestStore.StartAsync();
        var body = "{\"index\":{\"_index\":\"logs-a-b\"}}\n" + Document + "\n"
            + "{\"delete\":{\"_index\":\"logs-a-b\",\"_id\":\"x\"}}\n"
            + "{\"create\":{\"_index\":\"Bad Name\"}}\n" + Document + "\n"
            + "{\"create\":{\"_index\":\"logs-a-b\"}}\n{\"@timestamp\":\"yesterday\"}\n"
            + "{\"create\":{\"_index\":\"logs-a-b\"}}\n{\"@timestamp\":\"2025-11-20T10:00:00Z\",\"a\":1,\"a\":2}\n"
            + "{\"create\":{\"_index\":\"logs-a-b\"}}\n{broken\n"
            + "{\"create\":{\"_index\":\"logs-a-b\"}}\n[1]\n";
        var (status, answer, _) = await store.BulkAsync(body);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(answer["errors"]!.GetValue<bool>());
        Assert.Equal([201, 400, 400, 400, 400, 400, 400], TestStore.Statuses(answer));
        Assert.Single(await store.IdsAsync("{}"));
        Assert.Equal(6, store.Service.GetStatus().RejectedCount);
    }

    [Theory]
    [InlineData("", "request body is required")]
    [InlineData("{\"create\":{}}\n{}", "terminated by a newline")]
    [InlineData("{\"frobnicate\":{}}\n{}\n", "frobnicate")]
    [InlineData("nonsense\n{}\n", "line [1]")]
    [InlineData("{\"create\":{}}\n{}\n", "index is missing")]
    [InlineData("{\"create\":{\"_index\":\"a\"}}\n", "no document")]
    public async Task Bulk_MalformedBody_IsRefusedWhole(string body, string reason)
    {
        await using var store = await TestStore.StartAsync();
        var (status, answer, _) = await store.BulkAsync(body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(reason, answer["error"]!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Bulk_GzipAndIndexInThePath_AreTaken()
    {
        await using var store = await TestStore.StartAsync();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes("{\"create\":{}}\n" + Document + "\n"));
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await store.Http.PutAsync("/logs-gz-default/_bulk", content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Elasticsearch", response.Headers.GetValues("X-Elastic-Product").Single());
        Assert.Single(await store.IdsAsync("""{"query":{"term":{"_index":"logs-gz-default"}}}"""));
    }

    [Fact]
    public async Task Bulk_BodyTooLong_Is413()
    {
        await using var store = await TestStore.StartAsync(configure: c => c.HttpMaxContentLength = 1 << 20);
        var body = "{\"create\":{\"_index\":\"a\"}}\n{\"@timestamp\":0,\"message\":\"" + new string('x', 1 << 20)
            + "\"}\n";
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await store.BulkAsync(body)).Status);
    }

    [Fact]
    public async Task Bulk_InvalidUtf8_IsAnItemOf400()
    {
        await using var store = await TestStore.StartAsync();
        byte[] body =
        [
            .. "{\"create\":{\"_index\":\"a\"}}\n{\"@timestamp\":0,\"message\":\""u8, 0xff, 0xfe, .. "\"}\n"u8,
        ];
        using var content = new ByteArrayContent(body);
        content.Headers.Add("Content-Type", "application/x-ndjson");
        using var response = await store.Http.PostAsync("/_bulk", content);
        Assert.Contains("invalid UTF-8", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Bulk_DiskNearlyFull_Is429WithTheReason()
    {
        using var folder = new TempDirectory();
        var disk = new SimulatedDisk(folder.Path) { FreeBytes = 100 };
        await using var store = EngineHarness.Open(
            folder.Path, disk, options => options with { DiskFreeBytesMin = 1000 });
        var outcome = await store.AddAsync(0, 1, begins: true);
        Assert.Equal(IngestResult.DiskLow, outcome.Result);
        Assert.Contains("disk.free.min", outcome.Reason);
    }

    [Fact]
    public async Task Bulk_TailFullAndDiskStuck_IsBusyAndKeepsWhatItHas()
    {
        using var folder = new TempDirectory();
        var disk = new SimulatedDisk(folder.Path);
        using var released = new ManualResetEventSlim();
        await using var store = EngineHarness.Open(folder.Path, disk, options => options with
        {
            SealBytes = 4096,
            RoomTimeout = TimeSpan.FromMilliseconds(100),
        });
        disk.BeforeStep = (operation, _) =>
        {
            if (operation == "create")
            {
                released.Wait();
            }
        };
        long next = 0;
        IngestOutcome outcome;
        do
        {
            outcome = await store.AddAsync(next, next + 20, begins: next == 0);
            next += outcome.Result == IngestResult.Done ? 20 : 0;
        }
        while (outcome.Result == IngestResult.Done && next < 10_000);

        Assert.Equal(IngestResult.Busy, outcome.Result);
        Assert.True(next < 1000, $"{next} documents of 130 bytes in 2 x 4096");
        released.Set();
        await store.Engine.FlushAsync(CancellationToken.None);
        Assert.Equal(next, (await store.OffsetsAsync()).Count);
    }

    private static string Create(string id) =>
        $"{{\"create\":{{\"_index\":\"logs-a-b\",\"_id\":\"{id}\"}}}}\n{Document}\n";
}
