using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// <c>delete.*</c>: removes files that were read to their ends. Each was closed, all of it is acknowledged by all
/// outputs and known to be by their registries after a power cut, and nothing was added in the grace period.
/// </summary>
internal sealed partial class FilestreamInput
{
    /// <summary>How often acknowledgements are asked for again.</summary>
    private static readonly TimeSpan AckPause = TimeSpan.FromSeconds(1);

    /// <summary>A file that may not be deleted is tried again this often.</summary>
    private static readonly TimeSpan DeleteRetryPause = TimeSpan.FromMinutes(1);

    /// <summary>Closed files, by when they are looked at next.</summary>
    private readonly PriorityQueue<FileDeletion, long> _deletions = new();

    /// <summary>
    /// The inputs of all outputs, this one among them, where this one is who deletes; null: it does not delete.
    /// </summary>
    public IReadOnlyList<FilestreamInput>? AskedBeforeDeletion { get; set; }

    /// <summary>Whether a file is of no more use to this input: all of it is acknowledged. Any thread.</summary>
    /// <param name="identity">The file.</param>
    /// <param name="length">Its length.</param>
    /// <param name="mustKnow">Whether a file that is not followed here may still have to be read.</param>
    private bool IsDoneWith(FileIdentity identity, long length, bool mustKnow)
    {
        lock (_filesLock)
        {
            if (!_byIdentity.TryGetValue(identity.Key, out var file) || identity.IsOtherBirth(file.Harvester.Identity))
            {
                return !mustKnow;
            }

            return (file.IsIgnored && !mustKnow)
                || (file.Harvester.State is { } state && _context.Registry.IsAcknowledged(state, length));
        }
    }

    /// <summary>A file was closed, or found with nothing to read: from now on it may be deleted.</summary>
    /// <param name="file">Its turn is held.</param>
    /// <param name="pause">The time until it counts as closed.</param>
    private void MayDelete(TrackedFile file, TimeSpan pause)
    {
        if (AskedBeforeDeletion is not null && file.Harvester.State is not null && !file.IsIgnored)
        {
            file.Deletion = new FileDeletion(file, file.Status.Length, file.Status.ModifiedNs);
            _deletions.Enqueue(file.Deletion, After(pause));
        }
    }

    private void DeleteFiles()
    {
        while (_deletions.TryPeek(out var deletion, out var dueAt) && dueAt <= _time.GetTimestamp())
        {
            _deletions.Dequeue();
            Steps++;

            // One that was opened meanwhile has another entry once it is closed again.
            if (deletion.File.IsForgotten || deletion.File.Deletion != deletion)
            {
                continue;
            }

            try
            {
                if (Advance(deletion) is { } pause)
                {
                    _deletions.Enqueue(deletion, After(pause));
                }
            }
            catch (Exception error) when (FileErrors.IsFileError(error))
            {
                NoteUndeleted(deletion.File, error);
                _deletions.Enqueue(deletion, After(DeleteRetryPause));
            }
        }
    }

    /// <summary>One step of a deletion; when the next is due, null: there is none.</summary>
    private TimeSpan? Advance(FileDeletion deletion)
    {
        var file = deletion.File;
        using var turn = file.Scheduled.TryTake();
        if (!turn.IsTaken || turn.IsWanted)
        {
            return AckPause;
        }

        if (turn.Harvester.IsOpen || file.IsRenamed || !IsUnchanged(deletion))
        {
            // Whatever it is, it is looked at by the next scan, and closed again.
            file.Deletion = null;
            return null;
        }

        if (deletion.Synced is null)
        {
            if (!IsAcknowledgedByAll(deletion))
            {
                return AckPause;
            }

            deletion.Synced = Task.WhenAll(AskedBeforeDeletion!.Select(static input => input.SyncAsync()));
            return Max(_options.Config.DeleteGracePeriod, TimeSpan.FromMilliseconds(1));
        }

        if (!deletion.Synced.IsCompletedSuccessfully || !IsAcknowledgedByAll(deletion))
        {
            return AckPause;
        }

        return TryDelete(deletion) ? null : AckPause;
    }

    private bool IsAcknowledgedByAll(FileDeletion deletion)
    {
        var identity = deletion.File.Harvester.Identity;
        return AskedBeforeDeletion!.All(
                input => input.IsDoneWith(identity, deletion.Length, mustKnow: input.Id == Id))
            && !IsCopyOfUnacknowledged(deletion);
    }

    /// <summary>What rotation copied was read in the original; after a crash it may be here alone.</summary>
    private bool IsCopyOfUnacknowledged(FileDeletion deletion)
    {
        var place = deletion.File.Place;
        return _byStem.PossibleOriginalsOf(place).Any(original =>
                original != deletion.File
                && !original.Harvester.IsAcknowledged
                && AckedPosition(original) < deletion.Length)
            || _context.Ended.PossibleOriginalsOf(place).Any(
                ended => !_context.Registry.IsAcknowledged(ended.State, ended.Position));
    }

    /// <summary>The path leads to the same file, read to its end, and nobody wrote to it since it was closed.</summary>
    private static bool IsUnchanged(FileDeletion deletion)
    {
        var harvester = deletion.File.Harvester;
        return FileStatus.TryGet(harvester.Path, followSymlinks: false, out var status, out _)
            && status.Kind == FileKind.Regular
            && FileIdentity.Of(status) is var identity
            && identity.Key == harvester.Identity.Key
            && !identity.IsOtherBirth(harvester.Identity)
            && status.Length == deletion.Length
            && status.Length == harvester.Position
            && status.ModifiedNs == deletion.ModifiedNs;
    }

    /// <summary>
    /// The file is held open over its deletion: what somebody added in the very last moment is read from there.
    /// </summary>
    /// <returns>False where it could not be opened now.</returns>
    private bool TryDelete(FileDeletion deletion)
    {
        var file = deletion.File;
        if (TryOpen(file) is not { } opened)
        {
            return false;
        }

        var path = file.Harvester.Path;
        try
        {
            file.Harvester.Attach(opened, file.Status.Length);
            if (file.Harvester.Position != deletion.Length || file.Status.Length != deletion.Length)
            {
                // It has something to read again.
                file.Deletion = null;
                return true;
            }

            RawPath.Delete(path);
            file.Deletion = null;
            IsFineAgain(path);
            _context.Counters.AddDeleted();
            Log.Deleted(_logger, _options.Id, RawPath.Display(path), deletion.Length);
            SayAddedAtLast(deletion, opened.GetStatus().Length);
            return true;
        }
        finally
        {
            // Closed by the next look, once it is sure that nothing more comes; where deleting failed, at once.
            if (file.Deletion is null)
            {
                EnqueueOpen(file);
                LookAgain(file, _options.Config.BackoffInit);
            }
            else
            {
                Close(file, "it was not deleted");
            }
        }
    }

    /// <summary>
    /// Other outputs have closed the file: what was added between the last look and the deletion is gone for them.
    /// </summary>
    private void SayAddedAtLast(FileDeletion deletion, long length)
    {
        var others = AskedBeforeDeletion!.Count(input => input != this && input.Id == Id);
        if (length > deletion.Length && others > 0)
        {
            _context.Counters.AddLostBytes((length - deletion.Length) * others);
            Log.Lost(
                _logger,
                _options.Id,
                RawPath.Display(deletion.File.Harvester.Path),
                length - deletion.Length,
                "they were added in the moment of its deletion, and one output alone still had it open");
        }
    }

    private void NoteUndeleted(TrackedFile file, Exception error)
    {
        if (IsFirstWarning(file.Harvester.Path))
        {
            _context.Counters.AddError();
            Log.CannotDelete(
                _logger, _options.Id, RawPath.Display(file.Harvester.Path), FileErrors.Describe(error),
                DeleteRetryPause.TotalSeconds);
        }
    }
}
