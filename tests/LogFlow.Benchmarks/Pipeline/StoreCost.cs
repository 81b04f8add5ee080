using LogFlow.Store;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Benchmarks;

/// <summary>The store's engine without HTTP: from bulk bodies to durable segments.</summary>
internal static class StoreCost
{
    /// <summary>Takes all bodies into a new store and makes them durable.</summary>
    public static async Task RunAsync(List<BulkBody> bodies)
    {
        using var folder = new TempDirectory();
        using var meters = new Meters();
        using var metrics = new StoreMetrics(meters, TimeProvider.System);
        await using var engine = Open(folder.File("store"), metrics);
        foreach (var body in bodies)
        {
            await AddAsync(engine, body);
        }

        await engine.FlushAsync(CancellationToken.None);
    }

    /// <summary>Takes one body into a store.</summary>
    public static async Task AddAsync(StoreEngine engine, BulkBody body)
    {
        var claim = new PositionClaim(body.TopicId, 0, body.First, body.Next, Begins: body.First == 0);
        using var request = new BulkParser(body.Bytes, null).TryParse([claim])
            ?? throw new InvalidOperationException("the store cannot read the processor's bulk");
        var outcome = await engine.IngestAsync(request, CancellationToken.None);
        if (outcome.Result != IngestResult.Done)
        {
            throw new InvalidOperationException(outcome.Reason);
        }
    }

    /// <summary>A store without retention in a folder of its own.</summary>
    public static StoreEngine Open(string directory, StoreMetrics metrics) => StoreEngine.Open(
        new StoreOptions { Directory = directory, RetentionDays = 0 }, new StoreDisk(), TimeProvider.System,
        NullLogger.Instance, metrics);
}
