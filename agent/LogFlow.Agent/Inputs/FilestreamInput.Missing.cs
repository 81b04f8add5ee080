using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>Files that lost their names: renamed, removed, or not to be seen at present.</summary>
internal sealed partial class FilestreamInput
{
    /// <summary>
    /// Scans that must miss a file before it is forgotten: a rename may fall between listing and looking.
    /// </summary>
    private const int MissedScansMin = 2;

    private static readonly TimeSpan RescanAfterMiss = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Known files that the scan did not find. They come first in the order of being seen, so only they are walked.
    /// </summary>
    private void HandleMissing(ScanResult result)
    {
        for (var node = _bySeen.First; node is not null && node.Value.SeenInScan != _scanNumber;)
        {
            var file = node.Value;
            node = node.Next;
            Steps++;
            if (result.IsUncertain(file.Harvester.Path))
            {
                continue;
            }

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

        if (FindMoved(file) is { } moved)
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

        if (TryContinueInCopy(file))
        {
            return;
        }

        if (!_options.Config.CleanRemoved || Volumes.IsGone(file.Place, harvester.Identity.Device))
        {
            // Its state stays. Not looked for any more: a scan that finds it again takes it up.
            _bySeen.Remove(file.SeenNode);
            return;
        }

        if (harvester.IsAcknowledged)
        {
            Log.Removed(_logger, _options.Id, RawPath.Display(harvester.Path));
            TryForget(file, "the file is gone");
        }
    }

    /// <summary>
    /// Rotation renames within a folder: where a link leads to, that is the folder of its target, as it was and as it
    /// is now.
    /// </summary>
    private ScannedFile? FindMoved(TrackedFile file)
    {
        var path = file.Harvester.Path;
        var identity = file.Harvester.Identity;
        var found = file.Target is { } target ? _neighbours.FindMoved(target, identity) : null;
        if (found is null && TargetOf(path) is { } current && current != file.Target)
        {
            found = _neighbours.FindMoved(current, identity);
        }

        return found ?? _neighbours.FindMoved(path, identity);
    }

    /// <summary>
    /// A file that is gone with bytes that were not read, as far as can be known, may live on compressed.
    /// </summary>
    private bool TryContinueInCopy(TrackedFile file)
    {
        using var turn = file.Scheduled.TryTake();
        if (!turn.IsTaken || turn.Harvester is not { State: { } state, IsOpen: false } harvester
            || FindCopy(file.Place, state, harvester.Position, harvester.TailCrc) is not { } copy)
        {
            return false;
        }

        if (copy.Length <= harvester.Position)
        {
            // Nothing of it is unread, which is worth to know.
            file.Status = file.Status with { Length = harvester.Position };
            return false;
        }

        lock (_handOverLock)
        {
            Untrack(file);
            Adopt(copy, state, harvester.Position, harvester.TailCrc);
        }

        return true;
    }

    /// <summary>Drops a file and its state; a file of this inode is a new one from now on.</summary>
    private bool TryForget(TrackedFile file, string reason)
    {
        // The turn ends with the file: nobody finds it any more.
        using var turn = file.Scheduled.TryTake();
        if (!turn.IsTaken || turn.IsWanted || turn.Harvester.IsOpen)
        {
            return false;
        }

        var harvester = turn.Harvester;
        if (!file.IsIgnored && !file.IsToSkip)
        {
            CountLost(harvester.Path, file.LengthKnown - harvester.Position, reason);
        }

        if (harvester.State is { } state)
        {
            _context.Supersede(state, harvester.Position, harvester.TailCrc, isKept: false);
        }

        Untrack(file);
        return true;
    }

    private void CountLost(string path, long bytes, string reason)
    {
        if (bytes > 0)
        {
            _context.Counters.AddLostBytes(bytes);
            Log.Lost(_logger, _options.Id, RawPath.Display(path), bytes, reason);
        }
    }
}
