using System.Net;
using System.Text;
using LogFlow.Platform;
using LogFlow.Testing;

namespace LogFlow.Store.Tests;

public sealed class PositionProtocolTests
{
    private static readonly string Topic = KafkaUuid.Format(EngineHarness.Topic);

    [Fact]
    public async Task Bulk_UnknownPartitionWithoutBegin_Is412WithThePositions()
    {
        await using var store = await TestStore.StartAsync();
        var (status, body, _) = await store.BulkAsync(Bulk(5, 8), $"{Topic}:0:5:8");
        Assert.Equal(HttpStatusCode.PreconditionFailed, status);
        Assert.Equal("logflow_position_gap", body["error"]!["type"]!.GetValue<string>());
        Assert.Equal(412, body["status"]!.GetValue<int>());
        Assert.Empty(body["positions"]!.AsObject());
        Assert.Equal(0, store.Service.GetStatus().DocumentCount);
    }

    [Fact]
    public async Task Bulk_BeginThenNext_AdvancesAndIsSearchableAtOnce()
    {
        await using var store = await TestStore.StartAsync(configure: c => c.SealInterval = TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.OK, (await store.BulkAsync(Bulk(5, 8), $"{Topic}:0:5:8:b")).Status);
        var (status, _, durable) = await store.BulkAsync(Bulk(8, 10), $"{Topic}:0:8:12");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("", durable);
        var positions = await store.SendAsync(HttpMethod.Get, "/_logflow/positions");
        var position = positions["positions"]![$"{Topic}:0"]!;
        Assert.Equal(12, position["next"]!.GetValue<long>());
        Assert.Equal(-1, position["durable"]!.GetValue<long>());
        Assert.Equal(5, (await store.IdsAsync("{}")).Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Positions_WithoutTheStoresSecret_Are403AndChangeNothing(string? secret)
    {
        await using var store = await TestStore.StartAsync();
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Post, "/_bulk"), (HttpMethod.Get, "/_logflow/positions"), (HttpMethod.Post, "/_logflow/flush"),
        })
        {
            using var request = new HttpRequestMessage(method, path);
            if (secret is not null)
            {
                request.Headers.TryAddWithoutValidation(StoreSecret.Header, secret);
            }

            if (path == "/_bulk")
            {
                request.Headers.Add("X-LogFlow-Positions", $"{Topic}:0:0:1000:b");
                request.Content = new StringContent(Bulk(0, 1), Encoding.UTF8, "application/x-ndjson");
            }

            using var response = await store.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }

        Assert.False(store.Engine.Positions.TryGetNext(EngineHarness.Topic, 0, out _));
        Assert.Equal(0, store.Service.GetStatus().DocumentCount);
    }

    [Fact]
    public async Task Secret_IsKeptForTheOwnerAlone()
    {
        using var folder = new TempDirectory();
        string secret;
        await using (var store = await TestStore.StartAsync(folder.Path))
        {
            secret = store.Service.Secret!;
            Assert.Equal(secret, await File.ReadAllTextAsync(folder.File("positions-secret")));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    File.GetUnixFileMode(folder.File("positions-secret")));
            }
        }

        await using var again = await TestStore.StartAsync(folder.Path);
        Assert.Equal(secret, again.Service.Secret);
    }

    [Fact]
    public async Task Bulk_GapAfterKnownPosition_Is412AndChangesNothing()
    {
        await using var store = await TestStore.StartAsync();
        await store.BulkAsync(Bulk(0, 4), $"{Topic}:0:0:4:b");
        var (status, body, _) = await store.BulkAsync(Bulk(6, 8), $"{Topic}:0:6:8:b");
        Assert.Equal(HttpStatusCode.PreconditionFailed, status);
        Assert.Equal(4, body["positions"]![$"{Topic}:0"]!.GetValue<long>());
        Assert.Equal(4, (await store.IdsAsync("{}")).Length);
    }

    [Fact]
    public async Task Bulk_OffsetsBelowNext_AreItemsOf409()
    {
        await using var store = await TestStore.StartAsync();
        await store.BulkAsync(Bulk(0, 4), $"{Topic}:0:0:4:b");
        var (status, body, _) = await store.BulkAsync(Bulk(2, 6), $"{Topic}:0:2:6");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([409, 409, 201, 201], TestStore.Statuses(body));
        Assert.Equal(6, (await store.IdsAsync("{}")).Distinct().Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bulk_SentAgain_WhatWasRefusedIsRefusedAgain(bool isFlushed)
    {
        // The answer was lost, or the processor was killed before the dead letter was written.
        await using var store = await TestStore.StartAsync();
        var body = Bulk(0, 2)
            + $"{{\"create\":{{\"_index\":\"logs-a-b\",\"_id\":\"{Topic}-0-2\"}}}}\n{{\"@timestamp\":\"soon\",\n"
            + Bulk(3, 5);
        var (_, first, _) = await store.BulkAsync(body, $"{Topic}:0:0:5:b");
        Assert.Equal([201, 201, 400, 201, 201], TestStore.Statuses(first));
        if (isFlushed)
        {
            await store.Engine.FlushAsync(CancellationToken.None);
        }

        var (_, second, _) = await store.BulkAsync(body, $"{Topic}:0:0:5");
        Assert.Equal([409, 409, 400, 409, 409], TestStore.Statuses(second));
        Assert.Equal(4, (await store.IdsAsync("{}")).Distinct().Count());
    }

    [Fact]
    public async Task Bulk_NewDocumentBelowThePosition_IsDurableBeforeTheAnswer()
    {
        // Its position does not move, so nothing would bring it again when the tail is lost.
        await using var store = await TestStore.StartAsync();
        await store.BulkAsync(Bulk(0, 2), $"{Topic}:0:0:5:b");
        await store.Engine.FlushAsync(CancellationToken.None);
        var (_, body, _) = await store.BulkAsync(Bulk(1, 4), $"{Topic}:0:1:4");
        Assert.Equal([409, 201, 201], TestStore.Statuses(body));
        Assert.Equal(0, store.Service.GetStatus().TailDocumentCount);
    }

    [Fact]
    public async Task Bulk_ReadAgainUnderAnotherIndex_IsNotStoredTwice()
    {
        await using var store = await TestStore.StartAsync();
        await store.BulkAsync(Bulk(0, 4), $"{Topic}:0:0:4:b");
        var moved = Bulk(0, 4).Replace("\"_index\":\"", "\"_index\":\"other-", StringComparison.Ordinal);
        var (_, body, _) = await store.BulkAsync(moved, $"{Topic}:0:0:4");
        Assert.Equal([409, 409, 409, 409], TestStore.Statuses(body));
    }

    [Fact]
    public async Task Bulk_SeveralPartsOfOneRecord_AreAllTaken()
    {
        await using var store = await TestStore.StartAsync();
        var body = string.Concat(new[] { "", "-1", "-2" }.Select(part =>
            $"{{\"create\":{{\"_index\":\"logs-a-b\",\"_id\":\"{Topic}-0-7{part}\"}}}}\n"
            + EngineHarness.Document(7, 1) + "\n"));
        var (_, answer, _) = await store.BulkAsync(body, $"{Topic}:0:7:8:b");
        Assert.Equal([201, 201, 201], TestStore.Statuses(answer));
        Assert.Equal([$"{Topic}-0-7", $"{Topic}-0-7-1", $"{Topic}-0-7-2"],
            await store.IdsAsync("""{"sort":["_doc"]}"""));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA:0:5")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA:0:5:4")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA:0:5:6:x")]
    public async Task Bulk_MalformedClaims_Are400(string header)
    {
        await using var store = await TestStore.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await store.BulkAsync(Bulk(0, 1), header)).Status);
    }

    [Fact]
    public async Task Bulk_OffsetBeyondItsClaim_Is400AndChangesNothing()
    {
        await using var store = await TestStore.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await store.BulkAsync(Bulk(0, 6), $"{Topic}:0:0:5:b")).Status);
        Assert.False(store.Engine.Positions.TryGetNext(EngineHarness.Topic, 0, out _));
        Assert.Equal(0, store.Service.GetStatus().DocumentCount);
    }

    [Fact]
    public async Task Bulk_BadDocument_IsAnItemOf400AndThePositionMovesOn()
    {
        await using var store = await TestStore.StartAsync();
        var body = Bulk(0, 1) + EngineHarness.Action(1) + "{\"message\":\"no time\"}\n" + Bulk(2, 3);
        var (_, answer, _) = await store.BulkAsync(body, $"{Topic}:0:0:3:b");
        Assert.Equal([201, 400, 201], TestStore.Statuses(answer));
        Assert.Contains("[@timestamp] is missing",
            answer["items"]![1]!["create"]!["error"]!["reason"]!.GetValue<string>());
        Assert.True(store.Engine.Positions.TryGetNext(EngineHarness.Topic, 0, out var next));
        Assert.Equal(3, next);
    }

    [Fact]
    public async Task Restart_AfterFlush_KeepsPositionAndLosesOnlyTheTail()
    {
        using var folder = new TempDirectory();
        await using (var store = EngineHarness.Open(folder.Path))
        {
            await store.AddAsync(0, 10, begins: true);
            await store.Engine.FlushAsync(CancellationToken.None);
            await store.AddAsync(10, 15);
            Assert.Equal((15, 10), (store.Next, store.Durable));
        }

        // The engine was disposed without a flush: as a crash, the tail is gone.
        await using (var store = await TestStore.StartAsync(folder.Path))
        {
            var (status, body, _) = await store.BulkAsync(Bulk(15, 16), $"{Topic}:0:15:16");
            Assert.Equal(HttpStatusCode.PreconditionFailed, status);
            Assert.Equal(10, body["positions"]![$"{Topic}:0"]!.GetValue<long>());
            Assert.Equal(HttpStatusCode.OK, (await store.BulkAsync(Bulk(10, 16), $"{Topic}:0:10:16")).Status);
            var flushed = await store.SendAsync(HttpMethod.Post, "/_logflow/flush");
            Assert.Equal(16, flushed["positions"]![$"{Topic}:0"]!["durable"]!.GetValue<long>());
            Assert.Equal(16, (await store.IdsAsync("""{"size":100}""")).Distinct().Count());
            var (_, _, durable) = await store.BulkAsync(Bulk(16, 17), $"{Topic}:0:16:17");
            Assert.Equal($"{Topic}:0:16", durable);
        }
    }

    [Fact]
    public async Task Seal_AfterItsInterval_MakesDurableWithoutBeingAsked()
    {
        await using var store = await TestStore.StartAsync(
            configure: config => config.SealInterval = TimeSpan.FromMilliseconds(50));
        await store.BulkAsync(Bulk(0, 3), $"{Topic}:0:0:3:b");
        await Eventually.TrueAsync(
            () => store.Engine.Positions.GetDurable() is [{ Next: 3 }], "the tail is sealed after 50 ms");
    }

    private static string Bulk(long first, long next)
    {
        var body = new StringBuilder();
        for (var offset = first; offset < next; offset++)
        {
            body.Append(EngineHarness.Action(offset)).Append(EngineHarness.Document(offset, 1)).Append('\n');
        }

        return body.ToString();
    }
}
