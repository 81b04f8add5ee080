namespace LogFlow.Queue.Storage.Tests;

/// <summary>
/// A disk in memory that knows what a power cut would leave: per file what was synced and what was only written, per
/// directory which names were synced. <see cref="Crash"/> makes one of the legal outcomes: each sector that was not
/// synced is old or new. Faults can be set for writes, syncs and space.
/// </summary>
internal sealed class MemoryFileSystem : IFileSystem
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MemoryFile> _files = [];
    private readonly Dictionary<string, MemoryFile> _durableFiles = [];
    private readonly HashSet<string> _directories = [];
    private readonly HashSet<string> _durableDirectories = [];

    // Renames since the directory was synced last: a power cut keeps such a file under the old name or the new one.
    private readonly List<(string Source, string Destination, MemoryFile File)> _pendingMoves = [];

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

    public long Used => _files.Values.Sum(file => file.Length);

    public IReadOnlyDictionary<string, MemoryFile> Files => _files;

    /// <summary>What the disk holds after a power cut at this moment.</summary>
    public MemoryFileSystem Crash(Random random)
    {
        lock (_lock)
        {
            var after = new MemoryFileSystem { Clock = Clock };
            foreach (var directory in _durableDirectories.Union(_directories))
            {
                after._directories.Add(directory);
                after._durableDirectories.Add(directory);
            }

            var survivors = new HashSet<MemoryFile>();
            foreach (var path in _files.Keys.Union(_durableFiles.Keys))
            {
                var isNameSynced = _files.GetValueOrDefault(path) == _durableFiles.GetValueOrDefault(path);
                var names = isNameSynced || random.Next(2) == 0 ? _files : _durableFiles;
                if (names.TryGetValue(path, out var file))
                {
                    var survivor = file.Crash(after, path, random);
                    after._files[path] = survivor;
                    after._durableFiles[path] = survivor;
                    survivors.Add(file);
                }
            }

            foreach (var (source, destination, file) in _pendingMoves)
            {
                // Renames are atomic: where neither name survived the draw above, the new one does.
                if (_files.GetValueOrDefault(destination) == file
                    && _durableFiles.GetValueOrDefault(source) == file
                    && survivors.Add(file))
                {
                    var survivor = file.Crash(after, destination, random);
                    after._files[destination] = survivor;
                    after._durableFiles[destination] = survivor;
                }
            }

            return after;
        }
    }

    /// <summary>What the disk holds after the process alone is killed: all that was written.</summary>
    public MemoryFileSystem Kill()
    {
        lock (_lock)
        {
            var after = new MemoryFileSystem { Clock = Clock };
            after._directories.UnionWith(_directories);
            after._durableDirectories.UnionWith(_directories);
            foreach (var (path, file) in _files)
            {
                var copy = file.Copy(after, path);
                after._files[path] = copy;
                after._durableFiles[path] = copy;
            }

            return after;
        }
    }

    public IStorageFile OpenOrCreate(string path)
    {
        OnOpen?.Invoke(path);
        lock (_lock)
        {
            if (!_files.TryGetValue(path, out var file))
            {
                if (!_directories.Contains(Path.GetDirectoryName(path)!))
                {
                    throw new DirectoryNotFoundException(path);
                }

                file = new MemoryFile(this, path);
                _files.Add(path, file);
            }

            return new Handle(file);
        }
    }

    public IStorageFile Open(string path)
    {
        OnOpen?.Invoke(path);
        lock (_lock)
        {
            return _files.TryGetValue(path, out var file) ? new Handle(file) : throw new FileNotFoundException(path);
        }
    }

    public bool FileExists(string path)
    {
        lock (_lock)
        {
            return _files.ContainsKey(path);
        }
    }

    public DateTimeOffset GetLastWriteTime(string path)
    {
        lock (_lock)
        {
            return _files.TryGetValue(path, out var file) ? file.LastWrite : throw new FileNotFoundException(path);
        }
    }

    public void SetLastWriteTime(string path, DateTimeOffset time)
    {
        lock (_lock)
        {
            _files[path].LastWrite = time;
        }
    }

    public long GetFileLength(string path)
    {
        lock (_lock)
        {
            return _files.TryGetValue(path, out var file) ? file.Length : throw new FileNotFoundException(path);
        }
    }

    public void DeleteFile(string path)
    {
        OnChange?.Invoke(path);
        lock (_lock)
        {
            _files.Remove(path);
        }
    }

    public void MoveFile(string source, string destination)
    {
        OnChange?.Invoke(source);
        lock (_lock)
        {
            _files.Remove(source, out var file);
            _files[destination] = file ?? throw new FileNotFoundException(source);
            _pendingMoves.Add((source, destination, file));
        }
    }

    public IEnumerable<string> ListFiles(string directory)
    {
        lock (_lock)
        {
            return ListNames(_files.Keys, directory);
        }
    }

    public IEnumerable<string> ListDirectories(string directory)
    {
        lock (_lock)
        {
            return ListNames(_directories, directory);
        }
    }

    public void CreateDirectory(string path)
    {
        lock (_lock)
        {
            for (var at = path; at is not null; at = Path.GetDirectoryName(at))
            {
                _directories.Add(at);
            }
        }
    }

    public void MoveDirectory(string source, string destination)
    {
        lock (_lock)
        {
            foreach (var path in _files.Keys.Where(path => IsAtOrBelow(path, source)).ToList())
            {
                _files.Remove(path, out var file);
                _files[destination + path[source.Length..]] = file!;
            }

            foreach (var path in _directories.Where(path => IsAtOrBelow(path, source)).ToList())
            {
                _directories.Remove(path);
                _directories.Add(destination + path[source.Length..]);
            }
        }
    }

    public void DeleteDirectory(string path)
    {
        lock (_lock)
        {
            foreach (var file in _files.Keys.Where(file => IsAtOrBelow(file, path)).ToList())
            {
                _files.Remove(file);
            }

            _directories.RemoveWhere(directory => IsAtOrBelow(directory, path));
        }
    }

    public void SyncDirectory(string path)
    {
        OnSync?.Invoke(path);
        lock (_lock)
        {
            _durableDirectories.Add(path);
            _pendingMoves.RemoveAll(move => Path.GetDirectoryName(move.Destination) == path);
            foreach (var file in _durableFiles.Keys.Where(file => Path.GetDirectoryName(file) == path).ToList())
            {
                _durableFiles.Remove(file);
            }

            foreach (var (name, file) in _files.Where(file => Path.GetDirectoryName(file.Key) == path))
            {
                _durableFiles[name] = file;
            }
        }
    }

    private static bool IsAtOrBelow(string path, string directory) =>
        (path + "/").StartsWith(directory + "/", StringComparison.Ordinal);

    private static List<string> ListNames(IEnumerable<string> paths, string directory) =>
        [.. paths.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path))];

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
