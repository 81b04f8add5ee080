using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LogFlow.Hosting;

/// <summary>
/// Gives memory back to the system after a burst of work. The garbage collector runs when something is allocated: a
/// process that falls idle would keep what its last burst needed for as long as nothing happens.
/// </summary>
internal sealed class IdleMemory : IHostedService, IAsyncDisposable
{
    /// <summary>How often to look.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Allocated between two looks, by status reports and the like: less than this is idle.</summary>
    internal const long IdleBytesMax = 16 << 20;

    /// <summary>
    /// Idle looks after which to collect: at once, and when pooled arrays have been unused for a minute, after which
    /// a collection frees them as well.
    /// </summary>
    private const int LooksUntilPoolsAge = 8;

    private readonly Func<long> _allocatedBytes;
    private readonly Action _collect;
    private readonly TimeProvider _time;
    private ITimer? _timer;
    private long _lastAllocated;
    private int _idleLooks = int.MaxValue;

    /// <summary>Looks at this process.</summary>
    [ActivatorUtilitiesConstructor]
    public IdleMemory(TimeProvider time)
        : this(
            time,
            () => GC.GetTotalAllocatedBytes(),
#pragma warning disable RS0030 // The one place: a process that has fallen idle.
            () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true))
#pragma warning restore RS0030
    {
    }

    internal IdleMemory(TimeProvider time, Func<long> allocatedBytes, Action collect)
    {
        _allocatedBytes = allocatedBytes;
        _collect = collect;
        _lastAllocated = allocatedBytes();
        _time = time;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = _time.CreateTimer(_ => Look(), null, Interval, Interval);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    internal void Look()
    {
        var allocated = _allocatedBytes();
        var isBusy = allocated - _lastAllocated > IdleBytesMax;
        _lastAllocated = allocated;
        if (isBusy)
        {
            _idleLooks = 0;
            return;
        }

        if (_idleLooks >= LooksUntilPoolsAge)
        {
            return;
        }

        _idleLooks++;
        if (_idleLooks is 1 or LooksUntilPoolsAge)
        {
            _collect();
        }
    }
}
