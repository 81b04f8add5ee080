using LogFlow.Platform;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Agent;

/// <summary>Opens and closes files.</summary>
internal sealed partial class FilestreamInput
{
    private const string TooManyOpenWarning = "too many open files";

    /// <summary>Opens a file that the prospector has taken, and gives it back to be read.</summary>
    private void OpenTaken(TrackedFile file)
    {
        file.IsWaiting = true;
        if (!TryReserveHandle(file))
        {
            file.Scheduled.Release(wake: false);
            return;
        }

        var handle = TryOpen(file);
        if (handle is null)
        {
            _openFiles.Release();
            file.Scheduled.Release(wake: false);
            return;
        }

        file.IsWaiting = false;
        var length = file.Status.Length;
        var harvester = file.Harvester;
        var isFirstLook = !file.IsVerified;
        harvester.Attach(handle, length);
        file.PollPause = _options.Config.BackoffInit;
        file.PollAt = After(file.PollPause);
        if (isFirstLook && harvester.State is null && !MayBegin(file, handle))
        {
            Close(file, "it is not read");
            file.Scheduled.Release(wake: false);
            return;
        }

        file.IsVerified = true;

        if (length == harvester.Position)
        {
            // It is the file that was read, and there is nothing new: no reason to hold it.
            Close(file, "nothing new");
            file.Scheduled.Release(wake: false);
            return;
        }

        file.Scheduled.Release(wake: true);
    }

    private SafeFileHandle? TryOpen(TrackedFile file)
    {
        var path = file.Harvester.Path;
        SafeFileHandle? handle = null;
        try
        {
            handle = _context.OpenFile(path);
            var status = FileStatus.Get(handle);
            var identity = FileIdentity.Of(status);
            if (identity.Key != file.Harvester.Identity.Key || identity.IsOtherBirth(file.Harvester.Identity))
            {
                // Renamed, or removed and made anew, between looking and opening.
                handle.Dispose();
                RequestScan();
                return null;
            }

            file.Status = status;
            _warned.Remove(path);
            return handle;
        }
        catch (FileNotFoundException)
        {
            RequestScan();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            handle?.Dispose();
            if (IsFirstWarning(path))
            {
                _context.Counters.AddError();
                Log.CannotRead(_logger, _options.Id, path, error.Message.TrimEnd('.'));
            }
        }

        return null;
    }

    /// <summary>
    /// A file that was never read: not if it is compressed; behind what is known already if it is a copy.
    /// </summary>
    private bool MayBegin(TrackedFile file, SafeFileHandle handle)
    {
        Span<byte> magic = stackalloc byte[2];
        if (_options.Encoding.IsUtf8
            && ContentMark.ReadFully(handle, magic, 0) == 2 && magic[0] == 0x1F && magic[1] == 0x8B)
        {
            file.IsIgnored = true;
            if (IsFirstWarning(file.Harvester.Path))
            {
                Log.Compressed(_logger, _options.Id, file.Harvester.Path);
            }

            return false;
        }

        if (CheckCopy(file, handle) == CopyVerdict.Wait)
        {
            file.IsWaiting = true;
            return false;
        }

        Log.NewFile(_logger, _options.Id, file.Harvester.Path, file.Harvester.Position);
        return true;
    }

    /// <summary>A file that is not to be read from its beginning: what is written to it later will be.</summary>
    private void SkipToEnd(TrackedFile file)
    {
        if (file.Status.Length > 0 && TryReserveHandle(file))
        {
            if (TryOpen(file) is { } handle)
            {
                if (ContentMark.TryReadTail(handle, file.Status.Length, out var tailCrc))
                {
                    file.Harvester.SkipTo(handle, file.Status.Length, tailCrc);
                }

                handle.Dispose();
            }

            _openFiles.Release();
        }

        file.IsVerified = true;
        file.Scheduled.Release(wake: false);
    }

    /// <summary>A place for another open file; if need be, the one that was quiet longest is closed.</summary>
    private bool TryReserveHandle(TrackedFile file)
    {
        if (CountOpen() is var open && (_options.Config.HarvesterLimit == 0 || open < _options.Config.HarvesterLimit)
            && _openFiles.TryAcquire())
        {
            _warned.Remove(TooManyOpenWarning);
            return true;
        }

        var quietest = default(TrackedFile);
        foreach (var candidate in _byIdentity.Values)
        {
            if (candidate.Harvester.IsOpen
                && candidate.Harvester.IsAcknowledged
                && candidate.Harvester.SearchedTo >= candidate.Status.Length
                && (quietest is null || candidate.Harvester.ActiveAt < quietest.Harvester.ActiveAt))
            {
                quietest = candidate;
            }
        }

        if (quietest is not null && quietest.Scheduled.TryTake())
        {
            Close(quietest, "others wait");
            quietest.Scheduled.Release(wake: false);
            if (_openFiles.TryAcquire())
            {
                return true;
            }
        }

        if (IsFirstWarning(TooManyOpenWarning))
        {
            Log.TooManyOpen(_logger, _options.Id, open, file.Harvester.Path);
        }

        return false;
    }

    private int CountOpen() => _options.Config.HarvesterLimit == 0
        ? _openFiles.Open
        : _byIdentity.Values.Count(file => file.Harvester.IsOpen);

    private void Close(TrackedFile file, string reason)
    {
        Log.Closed(_logger, _options.Id, file.Harvester.Path, reason);
        file.Harvester.Detach();
        _openFiles.Release();
    }

    /// <summary>Looks after open files: notices what no notification told, closes what is quiet.</summary>
    private void Maintain()
    {
        var now = _time.GetTimestamp();
        var gone = new List<TrackedFile>();
        foreach (var file in _byIdentity.Values)
        {
            if (file.Harvester.IsOpen)
            {
                if (now >= file.PollAt && file.Scheduled.TryTake())
                {
                    Poll(file, gone);
                }
            }
            else if (file.IsWaiting && file.Scheduled.TryTake())
            {
                OpenTaken(file);
            }
        }

        foreach (var file in gone)
        {
            TryForget(file);
        }

        CleanInactive();
        _context.ReleaseSuperseded();
    }

    private void Poll(TrackedFile file, List<TrackedFile> gone)
    {
        var harvester = file.Harvester;
        var status = FileStatus.Get(harvester.File!);
        file.Status = status;
        if (status.Length != harvester.SearchedTo)
        {
            file.PollPause = _options.Config.BackoffInit;
            file.PollAt = After(file.PollPause);
            file.Scheduled.Release(wake: true);
            return;
        }

        file.PollPause = file.PollPause * 2 < _options.Config.BackoffMax
            ? file.PollPause * 2
            : _options.Config.BackoffMax;
        file.PollAt = After(file.PollPause);
        var isRemoved = status.LinkCount == 0;
        if (harvester.IsAcknowledged && ReasonToClose(file, isRemoved) is { } reason)
        {
            Close(file, reason);
            if (isRemoved && _options.Config.CleanRemoved)
            {
                gone.Add(file);
            }
        }

        file.Scheduled.Release(wake: false);
    }

    private string? ReasonToClose(TrackedFile file, bool isRemoved)
    {
        var config = _options.Config;
        if (isRemoved && config.CloseRemoved)
        {
            return "removed";
        }

        if (file.IsRenamed && !isRemoved && config.CloseRenamed)
        {
            return "renamed";
        }

        if (config.CloseOnEof)
        {
            return "at its end";
        }

        return _time.GetElapsedTime(file.Harvester.ActiveAt) >= _options.CloseInactive ? "inactive" : null;
    }

    /// <summary><c>clean_inactive</c>: forgets closed files that have not changed for that long.</summary>
    private void CleanInactive()
    {
        var age = _options.Config.CleanInactive;
        if (age <= TimeSpan.Zero)
        {
            return;
        }

        var before = (_time.GetUtcNow() - age).ToUnixTimeMilliseconds();
        foreach (var file in _byIdentity.Values.ToList())
        {
            if (!file.Harvester.IsOpen
                && file.Harvester.State is { } state
                && state.UpdatedMs < before
                && Age(file.Status) > age
                && file.Harvester.IsAcknowledged)
            {
                TryForget(file);
            }
        }
    }
}
