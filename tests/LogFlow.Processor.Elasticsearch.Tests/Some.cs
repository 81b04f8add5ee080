using System.Text;
using LogFlow.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Processor.Elasticsearch.Tests;

/// <summary>Things that tests need many of.</summary>
internal static class Some
{
    public static readonly BackoffPolicy ShortBackoff =
        new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(4));

    public static ElasticsearchOptions Options(params Uri[] hosts) => new()
    {
        Hosts = hosts,
        Timeout = TimeSpan.FromSeconds(30),
        ResurrectDelay = TimeSpan.FromMilliseconds(1),
    };

    public static OutageReport Outage() => new("Elasticsearch", TimeProvider.System, NullLogger.Instance);

    public static BulkSender Sender(ElasticsearchConnection client) =>
        new(client, requireDataStream: true, Outage(), backoff: ShortBackoff);

    /// <summary>A bulk request with one document per source; ids are "id-0", "id-1", ...</summary>
    public static Lease<BulkRequest> Request(params string[] sources) => RequestOf(null, sources);

    /// <summary>The same, in memory of a pool.</summary>
    public static Lease<BulkRequest> RequestOf(BytePool? pool, params string[] sources)
    {
        var lease = BulkRequest.Rent(pool);
        var request = lease.Value;
        for (var index = 0; index < sources.Length; index++)
        {
            request.BeginItem(BulkAction.Create, "logs-test-default"u8, Encoding.UTF8.GetBytes($"id-{index}"));
            Append(request, sources[index]);
            request.EndItem(index);
        }

        return lease;
    }

    public static BulkItemRef[] AllItems(Lease<BulkRequest> request) =>
        [.. Enumerable.Range(0, request.Value.Count).Select(index => new BulkItemRef(request, index))];

    public static void Append(BulkRequest request, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        bytes.CopyTo(request.GetSpan(bytes.Length));
        request.Advance(bytes.Length);
    }
}
