using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Store.Tests;

/// <summary>An engine without HTTP, and one partition's documents with the offset as their identity.</summary>
internal sealed class EngineHarness : IAsyncDisposable
{
    public static readonly Guid Topic = new("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");

    private EngineHarness(StoreEngine engine) => Engine = engine;

    public StoreEngine Engine { get; }

    public static EngineHarness Open(
        string directory, IStoreFileSystem? files = null, Func<StoreOptions, StoreOptions>? configure = null,
        TimeProvider? time = null)
    {
        var options = new StoreOptions
        {
            Directory = directory,
            RetentionDays = 0,
            SealInterval = TimeSpan.FromHours(1),
        };
        options = configure?.Invoke(options) ?? options;
        var clock = time ?? TimeProvider.System;
        return new EngineHarness(StoreEngine.Open(options, files ?? new StoreDisk(), clock, NullLogger.Instance,
            new StoreMetrics(new TestStore.TestMeterFactory(), clock)));
    }

    /// <summary>Documents for the offsets [first, next), spread over <paramref name="days"/> days.</summary>
    public async Task<IngestOutcome> AddAsync(
        long first, long next, int days = 1, bool begins = false, long? claimed = null)
    {
        var body = new StringBuilder();
        for (var offset = first; offset < next; offset++)
        {
            body.Append(Action(offset)).Append(Document(offset, days)).Append('\n');
        }

        var claim = new PositionClaim(Topic, 0, claimed ?? first, next, begins);
        var request = new BulkParser(Encoding.UTF8.GetBytes(body.ToString()), null).TryParse([claim])!;
        var outcome = await Engine.IngestAsync(request, CancellationToken.None);
        if (outcome.Result == IngestResult.Done)
        {
            foreach (var item in request.Items)
            {
                Assert.True(item.Status is 201 or 409, $"{item.Status} {item.Problem.Reason}");
            }
        }

        return outcome;
    }

    public static string Action(long offset) =>
        $"{{\"create\":{{\"_index\":\"logs-test-default\",\"_id\":\"{Id(offset)}\"}}}}\n";

    public static string Id(long offset) => new DocumentId(Topic, 0, offset, 0).ToString();

    public static string Document(long offset, int days)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(1_763_000_000 + offset).AddDays(offset % days);
        return $"{{\"@timestamp\":\"{time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}\","
            + $"\"message\":\"line number {offset} of the test\","
            + $"\"log\":{{\"offset\":{offset * 10}}},\"host\":{{\"name\":\"h{offset % 3}\"}}}}";
    }

    /// <summary>The offsets of all documents, sorted; duplicates stay visible.</summary>
    public async Task<List<long>> OffsetsAsync()
    {
        using var snapshot = Engine.AcquireSnapshot();
        var offsets = new List<long>();
        foreach (var block in snapshot.Blocks)
        {
            using var scan = new BlockScan(block);
            var ids = new RowIds(scan);
            for (var row = 0; row < scan.RowCount; row++)
            {
                Assert.True(ids.TryGetQueueId(row, out var id));
                offsets.Add(id.Offset);
            }
        }

        offsets.Sort();
        return offsets;
    }

    public long Next => Engine.Positions.TryGetNext(Topic, 0, out var next) ? next : 0;

    public long Durable => Engine.Positions.GetDurable().Select(position => position.Next).FirstOrDefault();

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}
