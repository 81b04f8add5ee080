using System.Runtime.InteropServices;

namespace LogFlow.Hosting;

/// <summary>
/// SIGTERM and Ctrl-C as two tokens: the first signal asks for a drained stop, a second Ctrl-C for an immediate one.
/// </summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Takes over the process's signals.</summary>
    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
    ];

    /// <summary>Fires at the first signal: stop, but finish what was accepted.</summary>
    public CancellationToken Drain => _drain.Token;

    /// <summary>Fires at the second: stop at once.</summary>
    public CancellationToken Abort => _abort.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _drain.Dispose();
        _abort.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_drain.IsCancellationRequested)
        {
            _drain.Cancel();
        }
        else if (context.Signal == PosixSignal.SIGINT)
        {
            _abort.Cancel();
        }
    }
}
