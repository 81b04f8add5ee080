using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// File descriptors that are held for the log: when connections have taken all others, one after the other is given up,
/// files that rest are closed, and new connections are refused until all are held again. Thread-safe.
/// </summary>
internal sealed partial class DescriptorReserve : IDisposable
{
    /// <summary>
    /// Enough for what one group commit opens besides its segments: an index, a directory for each of eight syncs that
    /// run side by side, a checkpoint.
    /// </summary>
    private const int CountMax = 16;

    private static readonly TimeSpan SayInterval = TimeSpan.FromMinutes(1);

    private readonly Func<IDisposable> _take;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Guards _held and _lastSaid.
    private readonly Lock _lock = new();
    private readonly Stack<IDisposable> _held = new(CountMax);
    private long? _lastSaid;
    private volatile bool _isShort;

    /// <param name="take">Takes one descriptor; throws where there is none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where a shortage is said.</param>
    public DescriptorReserve(Func<IDisposable> take, TimeProvider time, ILogger logger)
    {
        _take = take;
        _time = time;
        _logger = logger;
        Refill();
    }

    /// <summary>A shortage has begun and is not over: nothing that can wait should take a descriptor.</summary>
    public bool IsShort => _isShort;

    /// <summary>Raised when an open met a shortage: what can be closed should be.</summary>
    public event Action? Short;

    /// <summary>A reserve of the operating system's descriptors.</summary>
    public static DescriptorReserve OfSystem(TimeProvider time, ILogger logger) => new(
        () => OperatingSystem.IsWindows()
            ? new MemoryStream()
            : File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite),
        time,
        logger);

    /// <summary>Frees a descriptor for whoever met the shortage; false: the reserve is used up.</summary>
    public bool TryGiveUp()
    {
        bool hasGiven;
        lock (_lock)
        {
            _isShort = true;
            hasGiven = _held.TryPop(out var descriptor);
            descriptor?.Dispose();
            if (_lastSaid is not { } last || _time.GetElapsedTime(last) >= SayInterval)
            {
                _lastSaid = _time.GetTimestamp();
                Log.OutOfDescriptors(_logger, FileDescriptorLimit.Get());
            }
        }

        Short?.Invoke();
        return hasGiven;
    }

    /// <summary>Takes back what was given up; the shortage is over when all is held.</summary>
    public void Refill()
    {
        lock (_lock)
        {
            try
            {
                while (_held.Count < CountMax)
                {
                    _held.Push(_take());
                }
            }
            catch (IOException error) when (LogFlow.Platform.OutOfDescriptors.Is(error))
            {
                _isShort = true;
                return;
            }

            if (_isShort)
            {
                _isShort = false;
                Log.HasDescriptors(_logger);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            while (_held.TryPop(out var descriptor))
            {
                descriptor.Dispose();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2003, LogLevel.Error,
            "All file descriptors are in use (limit {Limit}). New connections are refused and resting files closed "
            + "until some are free; nothing is lost. Raise the limit (ulimit -n, LimitNOFILE= of the service) or lower "
            + "max.connections.")]
        public static partial void OutOfDescriptors(ILogger logger, long limit);

        [LoggerMessage(2004, LogLevel.Information, "File descriptors are free again; connections are accepted.")]
        public static partial void HasDescriptors(ILogger logger);
    }
}
