using LogFlow.Platform;
using LogFlow.Processor.Elasticsearch;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>What outputs share.</summary>
internal sealed record OutputServices(ILoggerFactory Loggers, TimeProvider Time, ElasticsearchMetrics? Elasticsearch)
{
    /// <summary>Where bulk requests are built.</summary>
    public BytePool BulkPool { get; init; } = BulkMemory.Pool;

    /// <summary>What the embedded store knows LogFlow's processor by; null: it is not known.</summary>
    public string? StoreSecret { get; init; }
}
