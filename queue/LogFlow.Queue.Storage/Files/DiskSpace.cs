using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Where a full disk is met: space is reserved before bytes are written, so an append is refused before its
/// acknowledgement and never half-written. A reserve file holds back what the queue's own state needs; once it was
/// given up, partitions get no space until it is restored. Used by the writer thread only.
/// </summary>
internal sealed partial class DiskSpace(IFileSystem files, string directory, long reserveBytes, ILogger logger)
{
    private readonly string _reservePath = Path.Combine(directory, "reserve");
    private bool _isReserveHeld;
    private volatile bool _isFull;

    /// <summary>Appends that need space are refused at the moment.</summary>
    public bool IsFull => _isFull;

    /// <summary>Takes the reserve where it is not held; false where the disk has no room for it.</summary>
    public bool TryHoldReserve()
    {
        if (_isReserveHeld || reserveBytes <= 0)
        {
            return true;
        }

        try
        {
            using var file = files.OpenOrCreate(_reservePath);
            file.Reserve(reserveBytes);
            file.SyncData();
            _isReserveHeld = true;
            return true;
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            files.DeleteFile(_reservePath);
            return false;
        }
    }

    /// <summary>Reserves space for a partition; false where there is none.</summary>
    /// <exception cref="IOException">The disk failed in another way.</exception>
    public bool TryReserve(IStorageFile file, long needed, long wanted)
    {
        var hasHeld = TryHoldReserve();
        var hasAll = hasHeld && TryReserve(file, wanted);
        if (!hasAll && !(hasHeld && TryReserve(file, needed)))
        {
            if (!_isFull)
            {
                _isFull = true;
                Log.DiskIsFull(logger, directory);
            }

            return false;
        }

        // A small append that still fits is no end of it: the next larger one would be refused again.
        if (_isFull && hasAll)
        {
            _isFull = false;
            Log.DiskHasSpace(logger, directory);
        }

        return true;
    }

    /// <summary>Reserves space for the queue's own state, giving up the reserve where the disk is full.</summary>
    /// <exception cref="IOException">No space even so, or another failure.</exception>
    public void ReserveForState(IStorageFile file, long needed, long wanted) => RunWithReserve(() =>
    {
        if (!TryReserve(file, wanted))
        {
            file.Reserve(needed);
        }
    });

    /// <summary>Runs something for the queue's own state, giving up the reserve where the disk is full.</summary>
    public void RunWithReserve(Action action)
    {
        try
        {
            action();
        }
        catch (IOException error) when (DiskFull.Is(error) && reserveBytes > 0)
        {
            _isReserveHeld = false;
            files.DeleteFile(_reservePath);
            files.SyncDirectory(directory);
            action();
        }
    }

    private static bool TryReserve(IStorageFile file, long length)
    {
        try
        {
            file.Reserve(length);
            return true;
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2000, LogLevel.Error,
            "The disk of {Directory} is full. Producers are refused until it has space; what is stored can be read.")]
        public static partial void DiskIsFull(ILogger logger, string directory);

        [LoggerMessage(2001, LogLevel.Information, "The disk of {Directory} has space again. Producers are accepted.")]
        public static partial void DiskHasSpace(ILogger logger, string directory);
    }
}
