using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>Compares what a scan found with what is known.</summary>
internal sealed partial class FilestreamInput
{
    /// <summary>
    /// Scans that must miss a file before it is forgotten: a rename may fall between listing and looking.
    /// </summary>
    private const int MissedScansMin = 2;

    private static readonly TimeSpan RescanAfterMiss = TimeSpan.FromSeconds(1);

    /// <summary>Takes over what the registry has of this input.</summary>
    private int LoadStates()
    {
        // Of several incarnations of one file the last counts; the others had ended before the agent stopped.
        foreach (var state in _context.Registry.FilesOf(_options.Id).OrderBy(state => state.Generation))
        {
            if (_byIdentity.TryGetValue(state.Identity.Key, out var older))
            {
                var ended = older.Harvester;
                _context.Supersede(ended.State!, ended.Position, ended.TailCrc, isKept: true);
                _byPath.Remove(ended.Path);
            }

            Track(new Harvester(_context, state.Path, state.Identity, state), default);
        }

        return _byIdentity.Count;
    }

    private TrackedFile Track(Harvester harvester, FileStatus status)
    {
        var file = new TrackedFile(new ScheduledHarvester(harvester, _scheduler), status);
        lock (_filesLock)
        {
            _byIdentity[harvester.Identity.Key] = file;
        }

        _byPath[harvester.Path] = file;
        return file;
    }

    private void Scan(bool seekToTail)
    {
        var startedAt = _time.GetTimestamp();
        var result = _options.Scanner.Scan();
        _scanNumber++;
        var failed = new HashSet<string>();
        foreach (var (path, reason) in result.Failures)
        {
            if (IsFirstWarning(path))
            {
                _context.Counters.AddError();
                Log.CannotRead(_logger, _options.Id, path, reason.TrimEnd('.'));
            }

            failed.Add(path);
        }

        // What could be looked at this time is worth a new warning when it fails again.
        _unseen.ExceptWith(failed);
        foreach (var path in _unseen)
        {
            IsFineAgain(path);
        }

        _unseen = failed;

        Watch(result.Directories);
        foreach (var found in result.Files)
        {
            try
            {
                Reconcile(found, seekToTail);
            }
            catch (Exception error)
            {
                NoteFailure(found.Path, _byIdentity.GetValueOrDefault(FileIdentity.Of(found.Status).Key), error);
            }
        }

        _nextScanAt = After(_options.CheckInterval);
        HandleMissing(result);
        _context.Ended.Release();
        _earliestScanAt = After(Max(ScanRestMin, _time.GetElapsedTime(startedAt) * ScanRestFactor));
    }

    private void Watch(HashSet<string> directories)
    {
        if (_watcher is null)
        {
            return;
        }

        foreach (var gone in _watched.Except(directories).ToList())
        {
            _watcher.Unwatch(gone);
        }

        // Asked each time: a directory that was moved away and made anew needs a new watch.
        foreach (var directory in directories)
        {
            _watcher.Watch(directory);
        }

        _watched = directories;
    }

    private void Reconcile(ScannedFile found, bool seekToTail)
    {
        var identity = FileIdentity.Of(found.Status);
        if (_byIdentity.TryGetValue(identity.Key, out var file))
        {
            if (file.SeenInScan == _scanNumber)
            {
                // A second name of the same file (hard link, symbolic link): it is read once.
                return;
            }

            if (!file.Harvester.IsOpen && identity.IsOtherBirth(file.Harvester.Identity))
            {
                if (!TryForget(file))
                {
                    RequestScan();
                    return;
                }

                file = null;
            }
        }

        file ??= AdoptMoved(found, identity);
        if (file is null)
        {
            Discover(found, identity, seekToTail);
            return;
        }

        file.SeenInScan = _scanNumber;
        file.MissedScans = 0;
        file.IsRenamed = false;
        Rename(file, found.Path);
        CheckChange(file, found.Status);
    }

    /// <summary>
    /// The same path and inode on a device of another number: a volume that was mounted again. Whether the content is
    /// the same is seen when the file is opened.
    /// </summary>
    private TrackedFile? AdoptMoved(ScannedFile found, FileIdentity identity)
    {
        if (!_byPath.TryGetValue(found.Path, out var file)
            || file.Harvester.IsOpen
            || file.Harvester.Identity.Inode != identity.Inode
            || file.Harvester.Identity.Device == identity.Device
            || identity.IsOtherBirth(file.Harvester.Identity))
        {
            return null;
        }

        using var turn = file.Scheduled.TryTake();
        if (!turn.IsTaken)
        {
            return null;
        }

        lock (_filesLock)
        {
            _byIdentity.Remove(file.Harvester.Identity.Key);
            file.Harvester.Identity = identity;
            _byIdentity[identity.Key] = file;
        }

        if (file.Harvester.State is { } state)
        {
            _context.Registry.UpdateFile(state, changed => changed.Identity = identity);
        }

        file.IsVerified = false;
        return file;
    }

    private void Discover(ScannedFile found, FileIdentity identity, bool seekToTail)
    {
        var file = Track(new Harvester(_context, found.Path, identity, state: null), found.Status);
        file.SeenInScan = _scanNumber;
        var isOld = _options.Config.IgnoreOlder > TimeSpan.Zero
            && Age(found.Status) > _options.Config.IgnoreOlder;
        file.IsToSkip = isOld || seekToTail;
        if (file.IsToSkip || found.Status.Length > 0)
        {
            Open(file);
        }
    }

    private TimeSpan Age(in FileStatus status) =>
        _time.GetUtcNow() - DateTimeOffset.UnixEpoch.AddTicks(status.ModifiedNs / 100);

    /// <summary>Size or time differ from what was seen last: there is, or may be, more to read.</summary>
    private void CheckChange(TrackedFile file, FileStatus status)
    {
        var isChanged = status.Length != file.Status.Length || status.ModifiedNs != file.Status.ModifiedNs;
        file.Status = status;
        if (file.IsIgnored)
        {
            if (!isChanged)
            {
                return;
            }

            file.IsIgnored = false;
        }

        if (file.Harvester.IsOpen)
        {
            if (status.Length != file.Harvester.SearchedTo)
            {
                file.Scheduled.Wake();
            }
        }
        else if (isChanged
            || (file.IsWaiting && _time.GetTimestamp() >= file.PollAt)
            || (!file.IsWaiting && !file.IsVerified && status.Length > 0))
        {
            Open(file);
        }
    }

    private void Rename(TrackedFile file, string path)
    {
        var harvester = file.Harvester;
        if (harvester.Path == path)
        {
            _byPath[path] = file;
            return;
        }

        Log.Renamed(_logger, _options.Id, harvester.Path, path);
        if (_byPath.TryGetValue(harvester.Path, out var there) && there == file)
        {
            _byPath.Remove(harvester.Path);
        }

        harvester.Path = path;
        _byPath[path] = file;
        if (harvester.State is { } state)
        {
            _context.Registry.UpdateFile(state, changed => changed.Path = path);
        }
    }

    /// <summary>
    /// Known files that the scan did not find: renamed out of sight, removed, or not to be seen at present.
    /// </summary>
    private void HandleMissing(ScanResult result)
    {
        var missing = new List<TrackedFile>();
        foreach (var file in _byIdentity.Values)
        {
            if (file.SeenInScan != _scanNumber && !result.IsUncertain(file.Harvester.Path))
            {
                missing.Add(file);
            }
        }

        foreach (var file in missing)
        {
            if (file.Harvester.IsOpen)
            {
                // Read to its end through the open handle; closed by the rules, and looked for then.
                file.IsRenamed = true;
                continue;
            }

            try
            {
                HandleMissing(file);
            }
            catch (Exception error)
            {
                NoteFailure(file.Harvester.Path, file, error);
            }
        }
    }

    private void HandleMissing(TrackedFile file)
    {
        var harvester = file.Harvester;
        if (FileStatus.TryGet(harvester.Path, followSymlinks: true, out var status, out var error)
            && FileIdentity.Of(status).Key == harvester.Identity.Key)
        {
            // There, but no longer matched: it was renamed out of the paths and found by its inode before.
            CheckChange(file, status);
            return;
        }

        if (error is not (0 or 2 or 20))
        {
            return;
        }

        if (MovedFileFinder.Find(harvester.Path, harvester.Identity) is { } moved)
        {
            file.MissedScans = 0;
            file.IsRenamed = true;
            Rename(file, moved.Path);
            CheckChange(file, moved.Status);
            return;
        }

        if (++file.MissedScans < MissedScansMin)
        {
            _nextScanAt = Math.Min(_nextScanAt, After(RescanAfterMiss));
            return;
        }

        if (_options.Config.CleanRemoved && harvester.IsAcknowledged && !MovedFileFinder.IsVolumeGone(
            harvester.Path, harvester.Identity.Device))
        {
            Log.Removed(_logger, _options.Id, harvester.Path);
            TryForget(file);
        }
    }

    /// <summary>Drops a file and its state; a file of this inode is a new one from now on.</summary>
    private bool TryForget(TrackedFile file)
    {
        // The turn ends with the file: nobody finds it any more.
        using var turn = file.Scheduled.TryTake();
        if (!turn.IsTaken || turn.IsWanted || turn.Harvester.IsOpen)
        {
            return false;
        }

        var harvester = turn.Harvester;
        if (harvester.State is { } state)
        {
            _context.Supersede(state, harvester.Position, harvester.TailCrc, isKept: false);
        }

        lock (_filesLock)
        {
            _byIdentity.Remove(harvester.Identity.Key);
        }

        if (_byPath.TryGetValue(harvester.Path, out var there) && there == file)
        {
            _byPath.Remove(harvester.Path);
        }

        _warned.Remove(harvester.Path);
        return true;
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
