using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>What the recoveries of all partitions share.</summary>
internal sealed record RecoveryContext(
    Registry Registry,
    Publisher Publisher,
    IBatchSink Sink,
    IRecoveryFiles Files,
    PublisherOptions Options,
    AgentCounters Counters,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>How long a volume that is not mounted is waited for.</summary>
    public static readonly TimeSpan VolumeWaitMax = TimeSpan.FromMinutes(15);

    /// <summary>Pause before a file that could not be read is tried again.</summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
}
