using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace LogFlow.Hosting;

/// <summary>
/// Answers systemd's watchdog (sd_watchdog_enabled(3), <c>WatchdogSec=</c> of the unit) from the thread pool: when its
/// threads are stuck, or the machine stands still, nothing is sent and systemd starts the service again.
/// </summary>
internal sealed class SystemdWatchdog(ISystemdNotifier systemd, TimeProvider time) : BackgroundService
{
    private static readonly ServiceState Alive = new("WATCHDOG=1");

    /// <summary>Half of what systemd allows, as its manual recommends; null where it does not watch us.</summary>
    internal static TimeSpan? Interval(string? watchdogMicroseconds, string? watchdogProcess)
    {
        var isOurs = watchdogProcess is null
            || watchdogProcess == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return isOurs
            && long.TryParse(watchdogMicroseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var allowed)
            && allowed > 1
            ? TimeSpan.FromMicroseconds(allowed / 2)
            : null;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = Interval(
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID"));
        if (interval is not { } period || !systemd.IsEnabled)
        {
            return;
        }

        using var timer = new PeriodicTimer(period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            systemd.Notify(Alive);
        }
    }
}
