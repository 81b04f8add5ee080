using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>What the host of a process takes from its configuration.</summary>
/// <param name="Level">The least level that is logged.</param>
/// <param name="Http">Where metrics and health are served.</param>
public sealed record HostSettings(LogLevel Level, HttpSettings Http)
{
    /// <summary>How long parts may take to finish what they accepted; then they are stopped at once.</summary>
    public TimeSpan StopTimeout { get; init; } = new HostConfig().StopTimeout;

    /// <summary>Where state lives; null where the process keeps none.</summary>
    public string? DataFolder { get; init; }

    /// <summary>
    /// How long stopping at once may take before the process is ended by force, as a crash would: every part is built
    /// to survive that, and nobody waits for ever.
    /// </summary>
    internal static TimeSpan ForceAfter { get; } = TimeSpan.FromSeconds(10);
}
