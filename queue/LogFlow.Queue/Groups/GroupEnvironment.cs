using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <summary>What all groups of a coordinator share.</summary>
/// <param name="Settings">The broker's limits and delays.</param>
/// <param name="Configs">What groups have instead of the settings.</param>
/// <param name="Topics">The topics that exist.</param>
/// <param name="Store">Where groups survive.</param>
/// <param name="Time">The clock of deadlines and of times that are kept.</param>
/// <param name="Metrics">Counts rebalances and commits.</param>
/// <param name="Logger">The coordinator's.</param>
/// <param name="Work">Runs timers and writes that nobody waits for; what fails in it ends the queue.</param>
internal sealed record GroupEnvironment(
    GroupSettings Settings,
    GroupConfigs Configs,
    IGroupTopics Topics,
    IGroupStore Store,
    TimeProvider Time,
    QueueMetrics Metrics,
    ILogger Logger,
    BackgroundWork Work)
{
    /// <summary>Makes the ids of members that bring none; tests that replay a seed bring their own.</summary>
    public Func<string> NewMemberId { get; init; } = static () => Guid.NewGuid().ToString();

    /// <summary>Monotonic milliseconds: what deadlines are counted in.</summary>
    public long NowMs => (long)(Time.GetTimestamp() * 1000.0 / Time.TimestampFrequency);

    /// <summary>Unix milliseconds: what is kept on disk.</summary>
    public long WallClockMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
