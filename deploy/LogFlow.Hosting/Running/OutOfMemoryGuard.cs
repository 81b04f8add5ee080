using System.Runtime.ExceptionServices;
using LogFlow.Platform;
using Microsoft.Extensions.Hosting;

namespace LogFlow.Hosting;

/// <summary>
/// Ends the process when memory runs out. What an exception that may come from any allocation leaves behind is
/// anyone's guess: a thread gone, a lock held, and a service that stands still and looks alive. A crash is what
/// every part is built to survive, and what a supervisor sees.
/// The exception alone proves nothing: a length that no array may have, a thread that could not begin and a lack of
/// descriptors are of the same type. So the guard looks whether memory can still be had, and lets the exception go its
/// way where it can.
/// </summary>
internal sealed class OutOfMemoryGuard : IHostedService, IDisposable
{
    /// <summary>What a healthy process gets at any time; less than that, and small allocations are next.</summary>
    private const int ProbeBytes = 1 << 20;

    // The probe's own exception comes here, too.
    [ThreadStatic]
    private static bool _isLooking;

    /// <summary>Made before memory is short.</summary>
    private readonly byte[] _message =
        """
        Out of memory: the process ends at once. What was accepted is safe; start it again. Give it more memory (the
        limit of its service or container), or let it hold less: queue.mem.bytes of the agent, pipeline.batch.bytes of
        the processor, seal.bytes of the store.

        """u8.ToArray();

    private readonly Stream _errors = Console.OpenStandardError();
    private readonly Func<bool> _hasMemory;
    private readonly Action<int> _end;

    /// <summary>The guard of this process.</summary>
    public OutOfMemoryGuard()
        : this(HasMemory, ProcessExit.Now)
    {
    }

    /// <param name="hasMemory">Whether memory can be had.</param>
    /// <param name="end">Ends the process with a code.</param>
    internal OutOfMemoryGuard(Func<bool> hasMemory, Action<int> end)
    {
        _hasMemory = hasMemory;
        _end = end;
    }

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

    /// <summary>Whether so much can be had that the next allocations will not fail.</summary>
    internal static bool HasMemory()
    {
        _isLooking = true;
        try
        {
            GC.KeepAlive(new byte[ProbeBytes]);
            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
        finally
        {
            _isLooking = false;
        }
    }

    private void OnException(object? sender, FirstChanceExceptionEventArgs args)
    {
        if (args.Exception is not OutOfMemoryException or InsufficientMemoryException
            || _isLooking
            || _hasMemory())
        {
            return;
        }

        try
        {
            _errors.Write(_message);
        }
        finally
        {
            _end(1);
        }
    }
}
