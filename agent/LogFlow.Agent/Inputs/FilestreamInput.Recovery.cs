namespace LogFlow.Agent;

/// <summary>What the recovery of a former run's batches asks. Called beside the loop.</summary>
internal sealed partial class FilestreamInput
{
    /// <inheritdoc cref="IRecoveryFiles.TryPlaces"/>
    public bool TryPlaces(FileState state, Func<RecoverySource, bool> use)
    {
        var paths = new List<string>();
        if (FindGeneration(state.Generation) is { } found)
        {
            using var turn = found.Scheduled.Take();
            if (turn.Harvester.File is { } open && TryPlace(state, turn.Harvester.Path, open, use))
            {
                return true;
            }

            paths.Add(turn.Harvester.Path);
        }

        paths.Add(state.Path);
        foreach (var path in paths.Concat(CopiesOf(state)).Distinct(StringComparer.Ordinal))
        {
            using var file = TryOpenPlace(path);
            if (file is not null && TryPlace(state, path, file, use))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc cref="IRecoveryFiles.IsFollowed"/>
    public bool IsFollowed(FileState state) => FindGeneration(state.Generation) is { } file
        && (file.Harvester.IsOpen || file.SeenInScan > 0);

    /// <inheritdoc cref="IRecoveryFiles.IsVolumeGone"/>
    public bool IsVolumeGone(FileState state) =>
        Volumes.IsGone(FindGeneration(state.Generation)?.Place ?? state.Path, state.Identity.Device);

    /// <inheritdoc cref="IRecoveryFiles.ContinueAt"/>
    public void ContinueAt(long generation, long position, uint tailCrc)
    {
        while (true)
        {
            if (FindGeneration(generation) is { } file)
            {
                using var turn = file.Scheduled.Take();
                if (!file.IsForgotten && turn.Harvester.State?.Generation == generation)
                {
                    turn.Harvester.ContinueAt(position, tailCrc);
                    return;
                }

                // It ended, or went to a copy, between looking and taking.
                continue;
            }

            // Not while it passes from one to another: told to neither, the position would be read again from where
            // the former run's acknowledgements ended, and sent twice.
            lock (_handOverLock)
            {
                if (_context.Ended.TryContinueAt(generation, position, tailCrc)
                    || FindGeneration(generation) is null)
                {
                    return;
                }
            }
        }
    }

    /// <inheritdoc cref="IRecoveryFiles.WakeAll"/>
    public void WakeAll()
    {
        lock (_filesLock)
        {
            foreach (var file in _byIdentity.Values)
            {
                if (file.Harvester.IsOpen)
                {
                    file.Scheduled.Wake();
                }
            }
        }
    }

    private TrackedFile? FindGeneration(long generation)
    {
        lock (_filesLock)
        {
            foreach (var file in _byIdentity.Values)
            {
                if (file.Harvester.State?.Generation == generation)
                {
                    return file;
                }
            }

            return null;
        }
    }

    private bool TryPlace(FileState state, string path, ILogFile file, Func<RecoverySource, bool> use)
    {
        try
        {
            return use(RecoverySource.Create(state, path, file, _options));
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw new IOException($"{path}: {FileErrors.Describe(error)}", error);
        }
    }

    private ILogFile? TryOpenPlace(string path)
    {
        try
        {
            return _context.OpenFile(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Copies that rotation made, beside the file and beside what a link led to or leads to.</summary>
    private List<string> CopiesOf(FileState state)
    {
        var neighbours = new Neighbours();
        var places = new HashSet<string?>(StringComparer.Ordinal)
        {
            state.Path, FindGeneration(state.Generation)?.Target, TargetOf(state.Path),
        };
        return [.. places.OfType<string>().SelectMany(neighbours.RotatedFormsOf)];
    }
}
