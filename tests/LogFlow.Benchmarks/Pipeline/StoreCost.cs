using System.Diagnostics.Metrics;
using LogFlow.Store;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Benchmarks.Pipeline;

/// <summary>The store's engine without HTTP: from bulk bodies to durable segments.</summary>
internal static class StoreCost
{
    /// <summary>Takes all bodies into a new store and makes them durable.</summary>
    public static async Task RunAsync(List<BulkBody> bodies)
    {
        using var folder = new TempDirectory();
        using var meters = new Meters();
        using var metrics = new StoreMetrics(meters, TimeProvider.System);
        var options = new StoreOptions { Directory = folder.File("store"), RetentionDays = 0 };
        await using var engine = StoreEngine.Open(
            options, new DiskFileSystem(), TimeProvider.System, NullLogger.Instance, metrics);
        foreach (var body in bodies)
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

        await engine.FlushAsync(CancellationToken.None);
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
            // Ends with the process.
        }
    }
}
