using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>Opens and closes files.</summary>
internal sealed partial class FilestreamInput
{
    private const string TooManyOpenWarning = "too many open files";

    /// <summary>Opens a file, if nobody has it, and has it read.</summary>
    private void Open(TrackedFile file)
    {
        using var turn = file.Scheduled.TryTake();
        if (!turn.IsTaken)
        {
            return;
        }

        // Assumed at first, so that whatever goes wrong here it is tried again.
        file.IsWaiting = true;
        if (file.IsToSkip)
        {
            SkipToEnd(file);
            return;
        }

        if (TryOpen(file) is not { } opened)
        {
            return;
        }

        var isKept = false;
        try
        {
            isKept = Begin(file, opened);
        }
        finally
        {
            if (!isKept)
            {
                Close(file, "nothing to read");
            }
        }

        if (isKept)
        {
            turn.Wake();
        }
    }

    /// <summary>Compares an open file with what is known of it; false where there is no reason to hold it.</summary>
    private bool Begin(TrackedFile file, ILogFile opened)
    {
        var length = file.Status.Length;
        var harvester = file.Harvester;
        var isFirstLook = !file.IsVerified;
        harvester.Attach(opened, length);
        if (isFirstLook && harvester.State is null && !MayBegin(file, opened))
        {
            return false;
        }

        file.IsVerified = true;
        file.IsWaiting = false;
        file.PollPause = _options.Config.BackoffInit;
        file.PollAt = After(file.PollPause);
        IsFineAgain(harvester.Path);
        return length != harvester.Position;
    }

    /// <summary>Opens the file at a path if it is still the one that was looked at.</summary>
    private ILogFile? TryOpen(TrackedFile file)
    {
        if (!TryReserveHandle(file))
        {
            return null;
        }

        ILogFile? opened = null;
        var isUsed = false;
        try
        {
            opened = _openFiles.Hold(_context.OpenFile(file.Harvester.Path));
            var status = opened.GetStatus();
            var identity = FileIdentity.Of(status);
            if (identity.Key != file.Harvester.Identity.Key || identity.IsOtherBirth(file.Harvester.Identity))
            {
                // Renamed, or removed and made anew, between looking and opening.
                RequestScan();
                return null;
            }

            file.Status = status;
            isUsed = true;
            return opened;
        }
        catch (FileNotFoundException)
        {
            RequestScan();
            return null;
        }
        finally
        {
            if (opened is null)
            {
                _openFiles.Release();
            }
            else if (!isUsed)
            {
                opened.Dispose();
            }
        }
    }

    /// <summary>
    /// A file that was never read: not if it is compressed; behind what is known already if it is a copy.
    /// </summary>
    private bool MayBegin(TrackedFile file, ILogFile handle)
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
        if (file.Status.Length > 0)
        {
            using var opened = TryOpen(file);
            if (opened is null || !ContentMark.TryReadTail(opened, file.Status.Length, out var tailCrc))
            {
                return;
            }

            file.Harvester.SkipTo(opened, file.Status.Length, tailCrc);
            IsFineAgain(file.Harvester.Path);
        }

        file.IsVerified = true;
        file.IsToSkip = false;
        file.IsWaiting = false;
    }

    /// <summary>A place for another open file; if need be, the one that was quiet longest is closed.</summary>
    private bool TryReserveHandle(TrackedFile file)
    {
        if (_openFiles.TryAcquire())
        {
            IsFineAgain(TooManyOpenWarning);
            return true;
        }

        var open = _openFiles.Open;
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

        if (quietest is not null)
        {
            using var turn = quietest.Scheduled.TryTake();
            if (turn.IsTaken && !turn.IsWanted)
            {
                Close(quietest, "others wait");
                if (_openFiles.TryAcquire())
                {
                    return true;
                }
            }
        }

        if (IsFirstWarning(TooManyOpenWarning))
        {
            Log.TooManyOpen(_logger, _options.Id, open, file.Harvester.Path);
        }

        return false;
    }

    /// <summary>Closes a file. Its turn is held.</summary>
    private void Close(TrackedFile file, string reason)
    {
        Log.Closed(_logger, _options.Id, file.Harvester.Path, reason);
        file.Harvester.Detach();
    }

    /// <summary>Looks after open files: notices what no notification told, closes what is quiet.</summary>
    private void Maintain()
    {
        var now = _time.GetTimestamp();
        var gone = new List<TrackedFile>();
        foreach (var file in _byIdentity.Values)
        {
            if (now < file.PollAt || !(file.Harvester.IsOpen || file.IsWaiting))
            {
                continue;
            }

            try
            {
                if (file.Harvester.IsOpen)
                {
                    Poll(file, gone);
                }
                else
                {
                    Open(file);
                }
            }
            catch (Exception error)
            {
                NoteFailure(file.Harvester.Path, file, error);
            }
        }

        foreach (var file in gone)
        {
            TryForget(file);
        }

        CleanInactive();
        _context.Ended.Release();
    }

    private void Poll(TrackedFile file, List<TrackedFile> gone)
    {
        using var turn = file.Scheduled.TryTake();
        if (!turn.IsTaken || turn.IsWanted)
        {
            return;
        }

        var harvester = turn.Harvester;
        if (harvester.IsStale)
        {
            Reopen(file);
            return;
        }

        var status = harvester.File!.GetStatus();
        IsFineAgain(harvester.Path);
        file.Status = status;
        if (status.Length != harvester.SearchedTo)
        {
            file.PollPause = _options.Config.BackoffInit;
            file.PollAt = After(file.PollPause);
            turn.Wake();
            return;
        }

        BackOff(file);
        var isRemoved = status.LinkCount == 0;
        if (harvester.IsAcknowledged && ReasonToClose(file, isRemoved) is { } reason)
        {
            Close(file, reason);
            if (isRemoved && _options.Config.CleanRemoved)
            {
                gone.Add(file);
            }
        }
    }

    /// <summary>A handle that means nothing any more is closed; the path is opened anew at the next look.</summary>
    private void Reopen(TrackedFile file)
    {
        Close(file, "its handle is stale");
        file.IsWaiting = true;
        file.PollPause = _options.Config.BackoffInit;
        file.PollAt = After(file.PollPause);
    }

    private void BackOff(TrackedFile file)
    {
        file.PollPause = file.PollPause * 2 < _options.Config.BackoffMax
            ? file.PollPause * 2
            : _options.Config.BackoffMax;
        file.PollPause = Max(file.PollPause, _options.Config.BackoffInit);
        file.PollAt = After(file.PollPause);
    }

    /// <summary>
    /// One file cannot be looked at. It is said once, and tried again, alone: all others go on.
    /// </summary>
    private void NoteFailure(string path, TrackedFile? file, Exception error)
    {
        if (IsFirstWarning(path))
        {
            _context.Counters.AddError();
            if (FileErrors.IsFileError(error))
            {
                Log.CannotRead(_logger, _options.Id, path, FileErrors.Describe(error));
            }
            else
            {
                Log.LookFailed(_logger, _options.Id, path, error);
            }
        }

        if (file is null)
        {
            return;
        }

        BackOff(file);
        if (!file.Harvester.IsOpen)
        {
            file.IsWaiting = true;
        }
        else if (FileErrors.IsStale(error))
        {
            using var turn = file.Scheduled.TryTake();
            if (turn.IsTaken)
            {
                Reopen(file);
            }
        }
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
