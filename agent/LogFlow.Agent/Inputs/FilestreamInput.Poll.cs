using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// Looks after open files and those that wait: notices what no notification told, closes what is quiet.
/// </summary>
internal sealed partial class FilestreamInput
{
    /// <summary>
    /// A file without a name is looked at this often, until it is read, acknowledged and can be closed.
    /// </summary>
    private static readonly TimeSpan RemovedPauseMax = TimeSpan.FromSeconds(2);

    private void Maintain()
    {
        var now = _time.GetTimestamp();
        _neighbours.Clear();
        while (_due.TryPeek(out var file, out var dueAt) && dueAt <= now)
        {
            _due.Dequeue();
            if (dueAt != file.DueAt || file.IsForgotten)
            {
                // Its entry was replaced by an earlier one, or nobody asks any more.
                continue;
            }

            file.DueAt = 0;
            if (!file.Harvester.IsOpen && !file.IsWaiting)
            {
                continue;
            }

            if (file.PollAt > now)
            {
                Enqueue(file);
                continue;
            }

            try
            {
                Look(file);
            }
            catch (Exception error)
            {
                NoteFailure(file.Harvester.Path, file, error);
            }

            if (file.DueAt == 0 && !file.IsForgotten)
            {
                LookAgain(file, MaintenanceInterval);
            }
        }

        DeleteFiles();
        SettleEnded();
        CleanInactive();
        _context.Ended.Release();
    }

    private void Look(TrackedFile file)
    {
        if (!file.Harvester.IsOpen)
        {
            Open(file);
        }
        else if (Poll(file) && _options.Config.CleanRemoved)
        {
            TryForget(file, "the file was removed");
        }
    }

    /// <summary>True where it was closed and has no name any more.</summary>
    private bool Poll(TrackedFile file)
    {
        using var turn = file.Scheduled.TryTake();
        if (!turn.IsTaken || turn.IsWanted)
        {
            LookAgain(file, MaintenanceInterval);
            return false;
        }

        var harvester = turn.Harvester;
        if (harvester.IsStale)
        {
            Reopen(file);
            return false;
        }

        var status = harvester.File!.GetStatus();
        IsFineAgain(harvester.Path);
        file.Status = status;
        var length = harvester.File.IsCompressed ? harvester.File.GetLength() : status.Length;
        harvester.SawLength(length);
        if (length != harvester.SearchedTo)
        {
            LookAgain(file, _options.Config.BackoffInit);
            turn.Wake();
            return false;
        }

        if (harvester.HasPending && LooksAfterPending(file, turn, status.LinkCount == 0))
        {
            return false;
        }

        BackOff(file);
        var isRemoved = status.LinkCount == 0;
        if (harvester.IsAcknowledged && ReasonToClose(file, isRemoved) is { } reason)
        {
            Close(file, reason);
            if (!isRemoved)
            {
                MayDelete(file, TimeSpan.Zero);
            }

            return isRemoved;
        }

        if (isRemoved && file.PollPause > RemovedPauseMax)
        {
            LookAgain(file, RemovedPauseMax);
        }

        return false;
    }

    /// <summary>Lines that wait for more have waited long enough, or no more can come.</summary>
    private bool LooksAfterPending(TrackedFile file, ScheduledHarvester.HarvesterTurn turn, bool isRemoved)
    {
        LookAgain(file, MaintenanceInterval);
        if (_time.GetElapsedTime(turn.Harvester.PendingAt) >= (_options.FlushAfter ?? TimeSpan.Zero)
            || ReasonToClose(file, isRemoved) is not null)
        {
            turn.Harvester.RequestFlush();
            turn.Wake();
        }

        return true;
    }

    private string? ReasonToClose(TrackedFile file, bool isRemoved)
    {
        var config = _options.Config;
        if (isRemoved && (config.CloseRemoved || !file.Harvester.File!.MayHaveWriters()))
        {
            // Filebeat keeps it for close.inactive, as somebody may write to it still. Here it is known that nobody
            // can.
            return "removed";
        }

        if (file.IsRenamed && !isRemoved && config.CloseRenamed)
        {
            return "renamed";
        }

        if (config.CloseOnEof || file.Harvester.File!.IsCompressed)
        {
            return "at its end";
        }

        return _time.GetElapsedTime(file.Harvester.ActiveAt) >= _options.CloseInactive ? "inactive" : null;
    }

    /// <summary>A handle that means nothing any more is closed; the path is opened anew at the next look.</summary>
    private void Reopen(TrackedFile file)
    {
        Close(file, "its handle is stale");
        file.IsWaiting = true;
        LookAgain(file, _options.Config.BackoffInit);
    }

    /// <summary>Its name went: it is looked at as soon as may be.</summary>
    private void LookSoon(TrackedFile file)
    {
        if (file.Harvester.IsOpen)
        {
            LookAgain(file, MaintenanceInterval);
        }
    }

    private void BackOff(TrackedFile file)
    {
        var pause = file.PollPause * 2 < _options.Config.BackoffMax ? file.PollPause * 2 : _options.Config.BackoffMax;
        LookAgain(file, Max(pause, _options.Config.BackoffInit));
    }

    private void LookAgain(TrackedFile file, TimeSpan pause)
    {
        file.PollPause = pause;
        file.PollAt = After(pause);
        Enqueue(file);
    }

    /// <summary>One entry of each file counts, the earliest: who is met too early is put back.</summary>
    private void Enqueue(TrackedFile file)
    {
        if (file.DueAt == 0 || file.PollAt < file.DueAt)
        {
            file.DueAt = file.PollAt;
            _due.Enqueue(file, file.PollAt);
        }
    }

    /// <summary>
    /// One file cannot be looked at. It is said once, and tried again, alone: all others go on.
    /// </summary>
    private void NoteFailure(string path, TrackedFile? file, Exception error)
    {
        IsFailing(path);
        if (IsFirstWarning(path))
        {
            _context.Counters.AddError();
            if (FileErrors.IsFileError(error))
            {
                Log.CannotRead(_logger, _options.Id, RawPath.Display(path), FileErrors.Describe(error));
            }
            else
            {
                Log.LookFailed(_logger, _options.Id, RawPath.Display(path), error);
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

    /// <summary><c>clean_inactive</c>: forgets closed files that have not changed for that long.</summary>
    private void CleanInactive()
    {
        var age = _options.Config.CleanInactive;
        if (age <= TimeSpan.Zero || _time.GetTimestamp() < _nextCleanAt)
        {
            return;
        }

        // It walks over all files, so not each time.
        _nextCleanAt = After(_options.CheckInterval);
        var before = (_time.GetUtcNow() - age).ToUnixTimeMilliseconds();
        foreach (var file in _byIdentity.Values.ToList())
        {
            if (!file.Harvester.IsOpen
                && file.Harvester.State is { } state
                && state.UpdatedMs < before
                && Age(file.Status) > age
                && file.Harvester.IsAcknowledged)
            {
                TryForget(file, "clean_inactive forgot the file");
            }
        }
    }
}
