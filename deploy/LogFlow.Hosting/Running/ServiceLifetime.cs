using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>
/// The process as its supervisor and its terminal see it: the first SIGTERM or Ctrl-C asks for a drained stop, a
/// second one of either kind for an immediate one, and what does not end in time is ended by force. Systemd is told.
/// </summary>
internal sealed partial class ServiceLifetime(
    IHostApplicationLifetime application,
    ISystemdNotifier systemd,
    HostSettings settings,
    TimeProvider time,
    ForcedEnd forcedEnd,
    ILogger<ServiceLifetime> logger) : IHostLifetime, IDisposable
{
    private readonly CancellationTokenSource _abort = new();
    private readonly List<IDisposable> _registrations = [];
    private ITimer? _force;
    private int _signals;

    /// <summary>Fires at the second signal: stop at once.</summary>
    public CancellationToken Abort => _abort.Token;

    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations.Add(application.ApplicationStarted.Register(() => systemd.Notify(ServiceState.Ready)));
        _registrations.Add(application.ApplicationStopping.Register(OnStopping));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _force?.Dispose();
        _abort.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) == 1)
        {
            Log.Stopping(logger, context.Signal);
            application.StopApplication();
            return;
        }

        Log.Aborting(logger, context.Signal);
        _force?.Change(HostSettings.ForceAfter, Timeout.InfiniteTimeSpan);
        _abort.Cancel();
    }

    private void OnStopping()
    {
        systemd.Notify(ServiceState.Stopping);
        _force = time.CreateTimer(
            _ => EndByForce(), null, settings.StopTimeout + HostSettings.ForceAfter, Timeout.InfiniteTimeSpan);
    }

    private void EndByForce()
    {
        Log.EndedByForce(logger);
        forcedEnd.Now();
    }

    private static partial class Log
    {
        [LoggerMessage(1005, LogLevel.Information, "Stopping on {Signal}: finishing what was accepted")]
        public static partial void Stopping(ILogger logger, PosixSignal signal);

        [LoggerMessage(1006, LogLevel.Warning, "Stopping at once on a second signal, {Signal}")]
        public static partial void Aborting(ILogger logger, PosixSignal signal);

        [LoggerMessage(1007, LogLevel.Error,
            "The process did not stop in time (shutdown.timeout) and is ended by force, as a crash would; "
            + "nothing accepted is lost, the next start takes it up")]
        public static partial void EndedByForce(ILogger logger);
    }
}
