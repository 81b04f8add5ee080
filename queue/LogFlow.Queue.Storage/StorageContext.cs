using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>What the parts of one data directory share.</summary>
internal sealed record StorageContext(
    LogManagerOptions Options,
    ILogger Logger,
    TimeProvider Time,
    LogWriter Writer,
    DiskSpace Space,
    StorageMetrics Metrics,
    int LeaderEpoch,
    bool IsSameBoot,
    DescriptorReserve Descriptors)
{
    public IFileSystem Files => Options.FileSystem;

    public long NowMs() => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
