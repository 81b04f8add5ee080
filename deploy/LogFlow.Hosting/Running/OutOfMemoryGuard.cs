using System.Runtime.ExceptionServices;
using LogFlow.Platform;
using Microsoft.Extensions.Hosting;

namespace LogFlow.Hosting;

/// <summary>
/// Ends the process when memory runs out. What an exception that may come from any allocation leaves behind is
/// anyone's guess: a thread gone, a lock held, and a service that stands still and looks alive. A crash is what
/// every part is built to survive, and what a supervisor sees.
/// </summary>
internal sealed class OutOfMemoryGuard : IHostedService, IDisposable
{
    /// <summary>Made before memory is short.</summary>
    private readonly byte[] _message =
        """
        Out of memory: the process ends at once. What was accepted is safe; start it again. Give it more memory (the
        limit of its service or container), or let it hold less: queue.mem.bytes of the agent, pipeline.batch.bytes of
        the processor, seal.bytes of the store.

        """u8.ToArray();

    private readonly Stream _errors = Console.OpenStandardError();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.FirstChanceException += OnException;
        return Task.CompletedTask;
    }

    /// <summary>It guards until the last part has stopped.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        AppDomain.CurrentDomain.FirstChanceException -= OnException;
        _errors.Dispose();
    }

    private void OnException(object? sender, FirstChanceExceptionEventArgs args)
    {
        if (args.Exception is not OutOfMemoryException or InsufficientMemoryException)
        {
            return;
        }

        try
        {
            _errors.Write(_message);
        }
        finally
        {
            ProcessExit.Now(1);
        }
    }
}
