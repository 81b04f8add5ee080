using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>Opens and closes files.</summary>
internal sealed partial class FilestreamInput
{
    private const string TooManyOpenWarning = "too many open files";

    /// <summary>Open files that are looked at for one that can be closed, each time a place is wanted.</summary>
    private const int EvictionLooksMax = 32;

    /// <summary>Opens a file, if nobody has it, and has it read.</summary>
    private void Open(TrackedFile file)
    {
        using var turn = file.Scheduled.TryTake();
        if (!turn.IsTaken || turn.Harvester.IsOpen)
        {
            return;
        }

        // Assumed at first, so that whatever goes wrong here it is tried again.
        file.IsWaiting = true;
        LookAgain(file, MaintenanceInterval);
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
                if (file is { IsVerified: true, IsWaiting: false })
                {
                    MayDelete(file, UntilInactive(file));
                }
            }
        }

        if (isKept)
        {
            EnqueueOpen(file);
            turn.Wake();
        }
    }

    /// <summary>Compares an open file with what is known of it; false where there is no reason to hold it.</summary>
    private bool Begin(TrackedFile file, ILogFile opened)
    {
        var harvester = file.Harvester;
        var isFirstLook = !file.IsVerified;
        var length = opened.IsCompressed ? opened.GetLength() : file.Status.Length;
        harvester.Attach(opened, length);
        if ((isFirstLook || opened.IsCompressed) && harvester.State is null && !MayBegin(file, opened))
        {
            return false;
        }

        file.IsVerified = true;
        file.IsWaiting = false;
        LookAgain(file, _options.Config.BackoffInit);
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
    /// A file that was never read: behind what is known already if it is a copy; not at all if it is compressed and
    /// continues nothing.
    /// </summary>
    private bool MayBegin(TrackedFile file, ILogFile opened)
    {
        if (TryTakeOver(file, opened))
        {
            return true;
        }

        var verdict = CheckCopy(file, opened);
        if (verdict == CopyVerdict.Wait)
        {
            return false;
        }

        if (verdict == CopyVerdict.NotACopy && opened.IsCompressed && !_options.ReadsCompressed)
        {
            file.IsIgnored = true;
            file.IsWaiting = false;
            if (IsFirstWarning(file.Harvester.Path))
            {
                Log.Compressed(_logger, _options.Id, RawPath.Display(file.Harvester.Path));
            }

            return false;
        }

        Log.NewFile(_logger, _options.Id, RawPath.Display(file.Harvester.Path), file.Harvester.Position);
        return true;
    }

    /// <summary>A file that is not to be read from its beginning: what is written to it later will be.</summary>
    private void SkipToEnd(TrackedFile file)
    {
        if (file.Status.Length > 0)
        {
            using var opened = TryOpen(file);
            if (opened is null)
            {
                return;
            }

            if (!TryTakeOver(file, opened))
            {
                if (!ContentMark.TryReadTail(opened, file.Status.Length, out var tailCrc))
                {
                    return;
                }

                file.Harvester.SkipTo(opened, file.Status.Length, tailCrc);
            }

            IsFineAgain(file.Harvester.Path);
        }

        file.IsVerified = true;
        file.IsToSkip = false;
        file.IsWaiting = false;
    }

    /// <summary>A place for another open file; if need be, one that was quiet for long is closed.</summary>
    private bool TryReserveHandle(TrackedFile file)
    {
        if (_openFiles.TryAcquire() || (TryCloseQuietest() && _openFiles.TryAcquire()))
        {
            IsFineAgain(TooManyOpenWarning);
            return true;
        }

        if (IsFirstWarning(TooManyOpenWarning))
        {
            Log.TooManyOpen(_logger, _options.Id, _openFiles.Open, RawPath.Display(file.Harvester.Path));
        }

        return false;
    }

    /// <summary>
    /// The queue is about in the order of activity: who was active since it was put there goes to its end. Each call
    /// looks at a few, and the next one goes on from there.
    /// </summary>
    private bool TryCloseQuietest()
    {
        for (var look = 0; look < EvictionLooksMax && _openByActivity.TryDequeue(out var candidate); look++)
        {
            Steps++;
            var queuedAt = candidate.QueuedActiveAt;
            candidate.QueuedActiveAt = 0;
            if (!candidate.Harvester.IsOpen)
            {
                continue;
            }

            using var turn = candidate.Scheduled.TryTake();
            if (turn.IsTaken
                && !turn.IsWanted
                && turn.Harvester.ActiveAt <= queuedAt
                && turn.Harvester.IsAcknowledged
                && !turn.Harvester.HasPending
                && turn.Harvester.SearchedTo >= candidate.Status.Length)
            {
                Close(candidate, "others wait");
                return true;
            }

            EnqueueOpen(candidate);
        }

        return false;
    }

    /// <summary>A file that is found read to its end would be closed after this time, were it open.</summary>
    private TimeSpan UntilInactive(TrackedFile file) => _options.Config.CloseOnEof
        ? TimeSpan.Zero
        : Max(_options.CloseInactive - Age(file.Status), TimeSpan.Zero);

    private void EnqueueOpen(TrackedFile file)
    {
        if (file.QueuedActiveAt == 0)
        {
            file.QueuedActiveAt = Math.Max(1, file.Harvester.ActiveAt);
            _openByActivity.Enqueue(file);
        }
    }

    /// <summary>Closes a file. Its turn is held.</summary>
    private void Close(TrackedFile file, string reason)
    {
        Log.Closed(_logger, _options.Id, RawPath.Display(file.Harvester.Path), reason);
        file.Harvester.Detach();
    }
}
