using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>Compares what a scan found with what is known.</summary>
internal sealed partial class FilestreamInput
{
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
                Untrack(older);
            }

            Track(new Harvester(_context, state.Path, state.Identity, state), default, TargetOf(state.Path));
        }

        return _byIdentity.Count;
    }

    private TrackedFile Track(Harvester harvester, FileStatus status, string? target)
    {
        var file = new TrackedFile(new ScheduledHarvester(harvester, _scheduler), status) { Target = target };
        lock (_filesLock)
        {
            _byIdentity[harvester.Identity.Key] = file;
        }

        _bySeen.AddFirst(file.SeenNode);
        IndexName(file);
        return file;
    }

    private void Untrack(TrackedFile file)
    {
        file.IsForgotten = true;
        lock (_filesLock)
        {
            if (_byIdentity.GetValueOrDefault(file.Harvester.Identity.Key) == file)
            {
                _byIdentity.Remove(file.Harvester.Identity.Key);
            }
        }

        if (file.SeenNode.List is not null)
        {
            _bySeen.Remove(file.SeenNode);
        }

        UnindexName(file);
        IsFineAgain(file.Harvester.Path);
    }

    private void IndexName(TrackedFile file)
    {
        _byPath[file.Harvester.Path] = file;
        if (file.Target is { } target)
        {
            _byTarget[target] = file;
            if (Path.GetDirectoryName(target) is { } directory && _watcher is not null && _watched.Add(directory))
            {
                _watcher.Watch(directory);
            }
        }

        _byStem.Add(file);
    }

    private void UnindexName(TrackedFile file)
    {
        _byStem.Remove(file);
        if (_byPath.GetValueOrDefault(file.Harvester.Path) == file)
        {
            _byPath.Remove(file.Harvester.Path);
        }

        if (file.Target is { } target && _byTarget.GetValueOrDefault(target) == file)
        {
            _byTarget.Remove(target);
        }
    }

    /// <summary>Where a link leads to; null for a file of its own, and where links are not followed.</summary>
    private string? TargetOf(string path) =>
        _options.Config.FollowsSymlinks
        && FileStatus.TryGet(path, followSymlinks: false, out var status, out _)
        && status.Kind == FileKind.SymbolicLink
            ? LinkTarget.Resolve(path)
            : null;

    private void Scan(bool seekToTail)
    {
        var startedAt = _time.GetTimestamp();
        var result = _options.Scanner.Scan();
        _scanNumber++;
        _neighbours.Clear();
        SayFailures(result);
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

    private void SayFailures(ScanResult result)
    {
        var failed = new HashSet<string>();
        foreach (var (path, reason) in result.Failures)
        {
            IsFailing(path);
            if (IsFirstWarning(path))
            {
                _context.Counters.AddError();
                Log.CannotRead(_logger, _options.Id, RawPath.Display(path), reason.TrimEnd('.'));
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
    }

    /// <summary>Folders of the paths, and those that links lead to: there the writing and rotating happens.</summary>
    private void Watch(HashSet<string> directories)
    {
        if (_watcher is null)
        {
            return;
        }

        foreach (var target in _byTarget.Keys)
        {
            if (Path.GetDirectoryName(target) is { } directory)
            {
                directories.Add(directory);
            }
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

    /// <summary>A file was made, or got this name: if it is a new one it is opened at once, before any scan.</summary>
    private void Appear(string path)
    {
        if (!_options.Scanner.Matches(path))
        {
            return;
        }

        Steps++;
        if (!FileStatus.TryGet(path, _options.Config.FollowsSymlinks, out var status, out _))
        {
            // Where it got another name the next scan finds it.
            _context.Counters.AddVanished();
            if (!_isVanishedSaid)
            {
                _isVanishedSaid = true;
                Log.Vanished(_logger, _options.Id, RawPath.Display(path));
            }

            return;
        }

        if (status.Kind != FileKind.Regular)
        {
            return;
        }

        if (!_byIdentity.TryGetValue(FileIdentity.Of(status).Key, out var known))
        {
            Discover(new ScannedFile(path, status), FileIdentity.Of(status), seekToTail: false);
        }
        else if (known.Harvester.Path == path)
        {
            Touch(known);
        }
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
                // What was left unread may be in a copy, or compressed.
                if (!TryContinueInCopy(file) && !TryForget(file, "its inode was given to another file"))
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

        MarkSeen(file);
        file.IsRenamed = false;
        Rename(file, found.Path);
        CheckChange(file, found.Status);
    }

    private void MarkSeen(TrackedFile file)
    {
        file.SeenInScan = _scanNumber;
        file.MissedScans = 0;
        if (file.SeenNode.List is not null)
        {
            _bySeen.Remove(file.SeenNode);
        }

        _bySeen.AddLast(file.SeenNode);
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
        var file = Track(
            new Harvester(_context, found.Path, identity, state: null), found.Status, TargetOf(found.Path));
        MarkSeen(file);
        var isOld = _options.Config.IgnoreOlder > TimeSpan.Zero
            && Age(found.Status) > _options.Config.IgnoreOlder;
        file.IsToSkip = isOld || seekToTail;
        file.IsToTakeOver = _takeOver is not null && _scanNumber == 1;
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

        Log.Renamed(_logger, _options.Id, RawPath.Display(harvester.Path), RawPath.Display(path));
        UnindexName(file);
        harvester.Path = path;
        file.Target = TargetOf(path);
        IndexName(file);
        if (harvester.State is { } state)
        {
            _context.Registry.UpdateFile(state, changed => changed.Path = path);
        }
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
