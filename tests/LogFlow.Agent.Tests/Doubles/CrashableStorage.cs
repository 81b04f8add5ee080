namespace LogFlow.Agent.Tests;

/// <summary>
/// A registry folder that can die: after <see cref="Kill"/> nothing is written any more, as with kill -9. With
/// <see cref="LosesUnsynced"/> a crash is a power cut: what was not synced is gone as well.
/// </summary>
internal sealed class CrashableStorage(string directory) : IRegistryStorage
{
    private readonly RegistryDirectory _inner = new(directory);
    private readonly Lock _lock = new();
    private bool _dead;

    public bool LosesUnsynced { get; init; }

    /// <summary>While set, writes fail as on a full disk.</summary>
    public bool IsFull { get; set; }

    /// <summary>While set, snapshots cannot be replaced.</summary>
    public bool SnapshotsFail { get; set; }

    /// <summary>The next syncs fail.</summary>
    public bool SyncFails { get; set; }

    /// <summary>Called after each sync, with the number of syncs so far.</summary>
    public Action<int>? Synced { get; set; }

    public int Syncs { get; private set; }

    public string Location => _inner.Location;

    public void Kill()
    {
        lock (_lock)
        {
            _dead = true;
        }
    }

    public byte[]? ReadSnapshot() => _inner.ReadSnapshot();

    public void ReplaceSnapshot(ReadOnlySpan<byte> content)
    {
        lock (_lock)
        {
            ThrowIfFull();
            if (SnapshotsFail)
            {
                throw new IOException("No space left on device");
            }

            if (!_dead)
            {
                _inner.ReplaceSnapshot(content);
            }
        }
    }

    public byte[]? ReadCopy() => _inner.ReadCopy();

    public void ReplaceCopy(ReadOnlySpan<byte> content)
    {
        lock (_lock)
        {
            ThrowIfFull();
            if (!_dead)
            {
                _inner.ReplaceCopy(content);
            }
        }
    }

    public IReadOnlyList<long> ListJournals() => _inner.ListJournals();

    public byte[]? ReadJournal(long number) => _inner.ReadJournal(number);

    public IRegistryJournal CreateJournal(long number, long reservedBytes)
    {
        ThrowIfFull();
        return new Journal(this, _inner.CreateJournal(number, reservedBytes));
    }

    public void DeleteJournal(long number)
    {
        lock (_lock)
        {
            if (!_dead)
            {
                _inner.DeleteJournal(number);
            }
        }
    }

    public void SetJournalAside(long number) => _inner.SetJournalAside(number);

    private void ThrowIfFull()
    {
        if (IsFull)
        {
            throw new IOException("No space left on device");
        }
    }

    private sealed class Journal(CrashableStorage storage, IRegistryJournal inner) : IRegistryJournal
    {
        private readonly List<(byte[] Data, long Position)> _unsynced = [];

        public void Write(ReadOnlySpan<byte> data, long position)
        {
            lock (storage._lock)
            {
                storage.ThrowIfFull();
                if (storage._dead)
                {
                    return;
                }

                if (storage.LosesUnsynced)
                {
                    _unsynced.Add((data.ToArray(), position));
                }
                else
                {
                    inner.Write(data, position);
                }
            }
        }

        public void Sync()
        {
            lock (storage._lock)
            {
                if (storage.SyncFails)
                {
                    throw new IOException("Input/output error");
                }

                if (storage._dead)
                {
                    // Nobody may go on in the belief that something became durable.
                    throw new IOException("killed");
                }

                foreach (var (data, position) in _unsynced)
                {
                    inner.Write(data, position);
                }

                _unsynced.Clear();
                inner.Sync();
                storage.Syncs++;
            }

            storage.Synced?.Invoke(storage.Syncs);
        }

        public void Dispose() => inner.Dispose();
    }
}
