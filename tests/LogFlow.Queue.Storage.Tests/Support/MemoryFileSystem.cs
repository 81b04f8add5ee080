namespace LogFlow.Queue.Storage.Tests;

/// <summary>
/// A disk in memory that knows what a power cut would leave: per file what was synced and what was only written, per
/// directory which names were synced, of files and of directories alike: one whose parent was not synced is lost with
/// all that is in it. <see cref="Crash"/> makes one of the legal outcomes: each sector and each name that was not
/// synced is old or new. Faults can be set for writes, syncs and space.
/// </summary>
internal sealed class MemoryFileSystem : IFileSystem
{
    private readonly Lock _lock = new();
    private readonly MemoryDirectory _root = new();

    // Renames since the directory was synced last: a power cut keeps such a file under the old name or the new one.
    private readonly List<PendingMove> _pendingMoves = [];

    /// <summary>Called before each write and sync with the path; throws to fail it.</summary>
    public Action<string>? OnWrite { get; set; }

    /// <inheritdoc cref="OnWrite"/>
    public Action<string>? OnSync { get; set; }

    /// <summary>Called before each file is opened.</summary>
    public Action<string>? OnOpen { get; set; }

    /// <summary>Called before each removal and renaming of a file.</summary>
    public Action<string>? OnChange { get; set; }

    /// <summary>What the times of files are taken from.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Bytes that files may reserve in all.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    public long Used => Files.Values.Sum(file => file.Length);

    public IReadOnlyDictionary<string, MemoryFile> Files
    {
        get
        {
            lock (_lock)
            {
                return _root.AllFiles().ToDictionary(file => file.Path, file => file.File);
            }
        }
    }

    /// <summary>What the disk holds after a power cut at this moment.</summary>
    public MemoryFileSystem Crash(Random random)
    {
        lock (_lock)
        {
            var after = new MemoryFileSystem { Clock = Clock };
            var survivors = new Dictionary<object, MemoryDirectory?> { [_root] = after._root };
            Survive(_root, after, "", survivors, random);
            foreach (var (source, sourceName, target, targetName, moved) in _pendingMoves)
            {
                // Renames are atomic: where neither name survived the draw above, the new one does.
                if (!survivors.ContainsKey(moved)
                    && target.Names.GetValueOrDefault(targetName) == moved
                    && source.Durable.GetValueOrDefault(sourceName) == moved
                    && survivors.GetValueOrDefault(target) is { } place)
                {
                    place.Put(targetName, Survivor(moved, after, targetName, survivors, random));
                }
            }

            return after;
        }
    }

    /// <summary>
    /// What the disk holds after the process alone is killed: all that was written. What was not synced is not synced
    /// yet: a later power cut may still take it.
    /// </summary>
    public MemoryFileSystem Kill()
    {
        lock (_lock)
        {
            var after = new MemoryFileSystem { Clock = Clock };
            var copies = new Dictionary<object, object> { [_root] = after._root };
            Copy(_root, after, "", copies);
            foreach (var move in _pendingMoves.Where(
                move => copies.ContainsKey(move.Source) && copies.ContainsKey(move.Target)))
            {
                after._pendingMoves.Add(new(
                    (MemoryDirectory)copies[move.Source],
                    move.SourceName,
                    (MemoryDirectory)copies[move.Target],
                    move.TargetName,
                    copies.GetValueOrDefault(move.Moved, move.Moved)));
            }

            return after;
        }
    }

    public IStorageFile OpenOrCreate(string path)
    {
        OnOpen?.Invoke(path);
        lock (_lock)
        {
            var directory = Parent(path) ?? throw new DirectoryNotFoundException(path);
            if (directory.Names.GetValueOrDefault(Path.GetFileName(path)) is not MemoryFile file)
            {
                file = new MemoryFile(this, path);
                directory.Names.Add(Path.GetFileName(path), file);
            }

            return new Handle(file);
        }
    }

    public IStorageFile Open(string path)
    {
        OnOpen?.Invoke(path);
        lock (_lock)
        {
            return new Handle(FileAt(path));
        }
    }

    public bool FileExists(string path)
    {
        lock (_lock)
        {
            return Find(path) is MemoryFile;
        }
    }

    public DateTimeOffset GetLastWriteTime(string path)
    {
        lock (_lock)
        {
            return FileAt(path).LastWrite;
        }
    }

    public void SetLastWriteTime(string path, DateTimeOffset time)
    {
        lock (_lock)
        {
            FileAt(path).LastWrite = time;
        }
    }

    public long GetFileLength(string path)
    {
        lock (_lock)
        {
            return FileAt(path).Length;
        }
    }

    public void DeleteFile(string path)
    {
        OnChange?.Invoke(path);
        lock (_lock)
        {
            Parent(path)?.Names.Remove(Path.GetFileName(path));
        }
    }

    public void MoveFile(string source, string destination)
    {
        OnChange?.Invoke(source);
        lock (_lock)
        {
            Move(source, destination, FileAt(source));
        }
    }

    public IEnumerable<string> ListFiles(string directory) => ListNames<MemoryFile>(directory);

    public IEnumerable<string> ListDirectories(string directory) => ListNames<MemoryDirectory>(directory);

    public void CreateDirectory(string path)
    {
        lock (_lock)
        {
            var (at, place) = (_root, "");
            foreach (var name in Split(path))
            {
                if (at.Names.GetValueOrDefault(name) is not MemoryDirectory next)
                {
                    next = new MemoryDirectory();
                    at.Names.Add(name, next);
                    OnSync?.Invoke(place.Length == 0 ? "/" : place);
                    at.Sync();
                }

                (at, place) = (next, $"{place}/{name}");
            }
        }
    }

    public void MoveDirectory(string source, string destination)
    {
        lock (_lock)
        {
            Move(source, destination, DirectoryAt(source));
        }
    }

    public void DeleteDirectory(string path)
    {
        lock (_lock)
        {
            // First what is in it: a power cut midway leaves any part of that.
            DirectoryAt(path).Clear();
            Parent(path)!.Names.Remove(Path.GetFileName(path));
        }
    }

    public void SyncDirectory(string path)
    {
        OnSync?.Invoke(path);
        lock (_lock)
        {
            var directory = DirectoryAt(path);
            directory.Sync();
            _pendingMoves.RemoveAll(move => move.Target == directory);
        }
    }

    private static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private object? Find(string path)
    {
        object? at = _root;
        foreach (var name in Split(path))
        {
            at = (at as MemoryDirectory)?.Names.GetValueOrDefault(name);
        }

        return at;
    }

    private MemoryDirectory? Parent(string path) => Find(Path.GetDirectoryName(path) ?? "") as MemoryDirectory;

    private MemoryFile FileAt(string path) => Find(path) as MemoryFile ?? throw new FileNotFoundException(path);

    private MemoryDirectory DirectoryAt(string path) =>
        Find(path) as MemoryDirectory ?? throw new DirectoryNotFoundException(path);

    private void Move(string source, string destination, object moved)
    {
        var (from, to) = (Parent(source)!, Parent(destination) ?? throw new DirectoryNotFoundException(destination));
        from.Names.Remove(Path.GetFileName(source));
        to.Names[Path.GetFileName(destination)] = moved;
        _pendingMoves.Add(new(from, Path.GetFileName(source), to, Path.GetFileName(destination), moved));
    }

    private List<string> ListNames<T>(string directory)
    {
        lock (_lock)
        {
            return [.. (Find(directory) as MemoryDirectory)?.Names.Where(name => name.Value is T)
                .Select(name => name.Key) ?? []];
        }
    }

    private static void Survive(
        MemoryDirectory from,
        MemoryFileSystem after,
        string path,
        Dictionary<object, MemoryDirectory?> survivors,
        Random random)
    {
        var into = survivors[from]!;
        foreach (var name in from.Names.Keys.Union(from.Durable.Keys).Order(StringComparer.Ordinal))
        {
            var (current, durable) = (from.Names.GetValueOrDefault(name), from.Durable.GetValueOrDefault(name));
            var kept = current == durable || random.Next(2) == 0 ? current : durable;

            // A directory has one name, also where both of a renaming were drawn.
            if (kept is not null && !(kept is MemoryDirectory && survivors.ContainsKey(kept)))
            {
                into.Put(name, Survivor(kept, after, $"{path}/{name}", survivors, random));
            }
        }
    }

    private static object Survivor(
        object kept,
        MemoryFileSystem after,
        string path,
        Dictionary<object, MemoryDirectory?> survivors,
        Random random)
    {
        if (kept is MemoryFile file)
        {
            survivors[file] = null;
            return file.Crash(after, path, random);
        }

        var directory = new MemoryDirectory();
        survivors[kept] = directory;
        Survive((MemoryDirectory)kept, after, path, survivors, random);
        return directory;
    }

    private static void Copy(
        MemoryDirectory from, MemoryFileSystem after, string path, Dictionary<object, object> copies)
    {
        var into = (MemoryDirectory)copies[from];
        foreach (var (name, entry) in from.Names)
        {
            into.Names[name] = CopyOf(entry, after, $"{path}/{name}", copies);
        }

        foreach (var (name, entry) in from.Durable)
        {
            into.Durable[name] = CopyOf(entry, after, $"{path}/{name}", copies);
        }
    }

    private static object CopyOf(
        object entry, MemoryFileSystem after, string path, Dictionary<object, object> copies)
    {
        if (copies.TryGetValue(entry, out var known))
        {
            return known;
        }

        if (entry is MemoryFile file)
        {
            return copies[entry] = file.Copy(after, path);
        }

        var directory = new MemoryDirectory();
        copies[entry] = directory;
        Copy((MemoryDirectory)entry, after, path, copies);
        return directory;
    }

    private sealed record PendingMove(
        MemoryDirectory Source, string SourceName, MemoryDirectory Target, string TargetName, object Moved);

    private sealed class Handle(MemoryFile file) : IStorageFile
    {
        private volatile bool _isClosed;

        public long Length => Open().Length;

        public IStorageFile Share() => new Handle(Open());

        public int Read(Span<byte> buffer, long position) => Open().Read(buffer, position);

        public void Write(ReadOnlySpan<byte> bytes, long position) => Open().Write(bytes, position);

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long position)
        {
            foreach (var buffer in buffers)
            {
                Write(buffer.Span, position);
                position += buffer.Length;
            }
        }

        public void SyncData() => Open().SyncData();

        public void SetLength(long length) => Open().SetLength(length);

        public void Reserve(long length) => Open().Reserve(length);

        public void Dispose() => _isClosed = true;

        private MemoryFile Open() => _isClosed ? throw new ObjectDisposedException("file") : file;
    }
}
