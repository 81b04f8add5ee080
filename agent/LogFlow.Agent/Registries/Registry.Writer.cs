using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>The thread that writes the journal.</summary>
internal sealed partial class Registry
{
    /// <summary>Pause before another attempt where the disk is full.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private void Run()
    {
        var writing = new EntryWriter();
        try
        {
            while (true)
            {
                // What nobody waits for is synced all the same, soon: a power cut shall not undo old acknowledgements.
                var isDue = !_work.Wait(_isUnsynced ? _flushInterval : Timeout.InfiniteTimeSpan);
                bool stopping;
                lock (_lock)
                {
                    (writing, _pending) = (_pending, writing);
                    (_syncing, _waiting) = (_waiting, _syncing);
                    stopping = _stopping;
                }

                Write(writing, sync: isDue || _syncing.Count > 0 || stopping);
                writing.Reset();
                CompleteSync();
                if (stopping)
                {
                    _completion.TrySetResult();
                    return;
                }

                if (_journalLength >= _nextCheckpointAt)
                {
                    Checkpoint();
                }
            }
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    /// <summary>
    /// Appends and syncs. A write that fails (disk full) is tried again at the same place until it works. A sync that
    /// fails ends the registry: the kernel may have dropped the pages, so nothing may be built on them.
    /// </summary>
    private void Write(EntryWriter entries, bool sync)
    {
        if (entries.Length > 0)
        {
            while (true)
            {
                try
                {
                    _journal.Write(entries.Written, _journalLength);
                    break;
                }
                catch (IOException error)
                {
                    if (Blocked is null)
                    {
                        Log.Blocked(_logger, _storage.Location, error.Message);
                    }

                    Blocked = error.Message;
                    if (_abort.Token.WaitHandle.WaitOne(RetryPause))
                    {
                        throw;
                    }
                }
            }

            if (Blocked is not null)
            {
                Blocked = null;
                Log.Unblocked(_logger, _storage.Location);
            }

            _journalLength += entries.Length;
            _isUnsynced = true;
        }

        if (sync)
        {
            _journal.Sync();
            _isUnsynced = false;
        }
    }

    /// <summary>Folds the journal into a snapshot. Where that fails the old journal simply grows on.</summary>
    private void Checkpoint()
    {
        var number = _journalNumber + 1;
        IRegistryJournal? journal = null;
        var length = 0;
        try
        {
            journal = _storage.CreateJournal(number, _checkpointBytes);
            length = WriteJournalHeader(journal, number);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing points to it yet: the old journal grows on, and room may come.
            journal?.Dispose();
            _storage.DeleteJournal(number);
            Log.CheckpointFailed(_logger, _storage.Location, error.Message);
            _nextCheckpointAt = _journalLength + _checkpointBytes;
            return;
        }

        var snapshot = new EntryWriter();
        RegistryFormat.WriteHeader(snapshot, RegistryFormat.SnapshotMagic, number);
        var taken = new EntryWriter();
        lock (_lock)
        {
            EntryCodec.WriteAll(snapshot, _state);
            (taken, _pending) = (_pending, taken);
            (_syncing, _waiting) = (_waiting, _syncing);
        }

        if (!TryReplaceSnapshot(snapshot, number))
        {
            // The snapshot has what is pending; since there is none, it goes to the old journal after all.
            Write(taken, sync: _syncing.Count > 0);
            journal.Dispose();
            _storage.DeleteJournal(number);
            _nextCheckpointAt = _journalLength + _checkpointBytes;
        }
        else
        {
            ReplaceCopy(snapshot);
            _journal.Dispose();
            _storage.DeleteJournal(_journalNumber);
            (_journal, _journalNumber, _journalLength) = (journal, number, length);
            _nextCheckpointAt = _checkpointBytes;
        }

        CompleteSync();
    }

    /// <summary>
    /// The same again, for when one bit of the snapshot is damaged: nothing but the snapshot says what was read.
    /// Without room for it the agent goes on; the copy is then an older one, or none.
    /// </summary>
    private void ReplaceCopy(EntryWriter snapshot)
    {
        try
        {
            _storage.ReplaceCopy(snapshot.Written);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.CopyFailed(_logger, _storage.Location, error.Message);
        }
    }

    private bool TryReplaceSnapshot(EntryWriter snapshot, long number)
    {
        try
        {
            _storage.ReplaceSnapshot(snapshot.Written);
            return true;
        }
        catch (IOException error)
        {
            // If it failed after the rename, the new snapshot and the new journal are what a restart will use.
            if (_storage.ReadSnapshot() is { } there
                && RegistryFormat.TryReadHeader(there, RegistryFormat.SnapshotMagic, out var written)
                && written == number)
            {
                throw;
            }

            Log.CheckpointFailed(_logger, _storage.Location, error.Message);
            return false;
        }
    }

    /// <summary>At open: journal first, then the snapshot that names it, then the old journals go.</summary>
    private void StartJournal()
    {
        var number = _journalNumber + 1;
        try
        {
            _journal = _storage.CreateJournal(number, _checkpointBytes);
            _journalLength = WriteJournalHeader(_journal, number);
            var snapshot = new EntryWriter();
            RegistryFormat.WriteHeader(snapshot, RegistryFormat.SnapshotMagic, number);
            EntryCodec.WriteAll(snapshot, _state);
            _storage.ReplaceSnapshot(snapshot.Written);
            ReplaceCopy(snapshot);
            _journalNumber = number;
            foreach (var old in _storage.ListJournals())
            {
                if (old != number)
                {
                    _storage.DeleteJournal(old);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new Hosting.StartupException(
                $"the agent cannot write its registry in {_storage.Location}: {error.Message}. Free or grant what it "
                + "needs, or set path.data to another folder");
        }
    }

    private static int WriteJournalHeader(IRegistryJournal journal, long number)
    {
        var header = new EntryWriter();
        RegistryFormat.WriteHeader(header, RegistryFormat.JournalMagic, number);
        journal.Write(header.Written, 0);
        journal.Sync();
        return header.Length;
    }

    private void CompleteSync()
    {
        foreach (var waiter in _syncing)
        {
            waiter.SetResult();
        }

        _syncing.Clear();
    }

    private void Fail(Exception error)
    {
        var failure = new IOException($"the registry in {_storage.Location} failed: {error.Message}", error);
        lock (_lock)
        {
            _failure = failure;
            _syncing.AddRange(_waiting);
            _waiting.Clear();
        }

        if (!_abort.IsCancellationRequested)
        {
            Log.Failed(_logger, _storage.Location, error);
        }

        // First the cause, then those who fail with it.
        _completion.TrySetException(failure);
        foreach (var waiter in _syncing)
        {
            waiter.SetException(failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4010, LogLevel.Error,
            "Registry {Location} cannot be written: {Reason}. Sending waits until it can; nothing is lost")]
        public static partial void Blocked(ILogger logger, string location, string reason);

        [LoggerMessage(4011, LogLevel.Information, "Registry {Location} can be written again")]
        public static partial void Unblocked(ILogger logger, string location);

        [LoggerMessage(4012, LogLevel.Warning,
            "Registry {Location}: the journal could not be folded into a snapshot: {Reason}. It grows on")]
        public static partial void CheckpointFailed(ILogger logger, string location, string reason);

        [LoggerMessage(4014, LogLevel.Warning,
            "Registry {Location}: the copy of the snapshot could not be written: {Reason}. It is written again with "
            + "the next snapshot")]
        public static partial void CopyFailed(ILogger logger, string location, string reason);

        [LoggerMessage(4013, LogLevel.Error, "Registry {Location} failed; the agent stops")]
        public static partial void Failed(ILogger logger, string location, Exception error);
    }
}
