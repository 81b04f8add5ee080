namespace LogFlow.Store.Tests;

/// <summary>
/// The real disk, and beside it a model of what a power cut would leave: file contents as of their last data sync,
/// folder entries as of the folder's last sync. After every operation <see cref="AfterStep"/> is called.
/// </summary>
internal sealed class SimulatedDisk(string root) : IStoreFileSystem
{
    private readonly Lock _lock = new();
    private readonly StoreDisk _disk = new();
    private readonly Dictionary<string, Dictionary<string, Node>> _entries = [];
    private readonly Dictionary<string, Dictionary<string, Node>> _durable = [];

    public Action<string>? AfterStep { get; set; }

    /// <summary>Throws to make an operation fail; given the operation and its path.</summary>
    public Action<string, string>? BeforeStep { get; set; }

    public long FreeBytes { get; set; } = long.MaxValue;

    public void CreateDirectory(string path) => Step("mkdir", path, () =>
    {
        _disk.CreateDirectory(path);
        if (path != root)
        {
            Entries(Path.GetDirectoryName(path)!)[Path.GetFileName(path)] = new Node { IsDirectory = true };
        }
    });

    public void SyncDirectory(string path) => Step("syncdir", path, () =>
    {
        _disk.SyncDirectory(path);
        _durable[path] = new Dictionary<string, Node>(Entries(path));
    });

    public IStoreFile Create(string path)
    {
        ModelFile? file = null;
        Step("create", path, () =>
        {
            var node = new Node();
            Entries(Path.GetDirectoryName(path)!)[Path.GetFileName(path)] = node;
            file = new ModelFile(this, _disk.Create(path), node, path);
        });
        return file!;
    }

    public void Rename(string from, string to) => Step("rename", to, () =>
    {
        _disk.Rename(from, to);
        var folder = Entries(Path.GetDirectoryName(from)!);
        folder.Remove(Path.GetFileName(from), out var node);
        Entries(Path.GetDirectoryName(to)!)[Path.GetFileName(to)] = node ?? new Node();
    });

    public void Delete(string path) => Step("delete", path, () =>
    {
        _disk.Delete(path);
        Entries(Path.GetDirectoryName(path)!).Remove(Path.GetFileName(path));
    });

    public void DeleteDirectory(string path) => Step("rmdir", path, () =>
    {
        _disk.DeleteDirectory(path);
        Entries(Path.GetDirectoryName(path)!).Remove(Path.GetFileName(path));
    });

    public long GetFreeBytes(string path) => FreeBytes;

    /// <summary>Writes what a power cut now would leave.</summary>
    public void CopyDurable(string target) => CopyDurable(root, target);

    private void CopyDurable(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var (name, node) in _durable.GetValueOrDefault(source) ?? [])
        {
            if (node.IsDirectory)
            {
                CopyDurable(Path.Combine(source, name), Path.Combine(target, name));
            }
            else
            {
                File.WriteAllBytes(Path.Combine(target, name), node.Durable);
            }
        }
    }

    private Dictionary<string, Node> Entries(string directory)
    {
        if (!_entries.TryGetValue(directory, out var entries))
        {
            _entries.Add(directory, entries = []);
        }

        return entries;
    }

    private void Step(string operation, string path, Action run)
    {
        lock (_lock)
        {
            BeforeStep?.Invoke(operation, path);
            run();
            AfterStep?.Invoke($"{operation} {Path.GetRelativePath(root, path)}");
        }
    }

    private sealed class Node
    {
        public bool IsDirectory { get; init; }

        public byte[] Durable { get; set; } = [];

        public MemoryStream Written { get; } = new();
    }

    private sealed class ModelFile(SimulatedDisk disk, IStoreFile file, Node node, string path) : IStoreFile
    {
        public void Append(ReadOnlySpan<byte> data)
        {
            var copy = data.ToArray();
            disk.Step("write", path, () =>
            {
                file.Append(copy);
                node.Written.Write(copy);
            });
        }

        public void SyncData() => disk.Step("sync", path, () =>
        {
            file.SyncData();
            node.Durable = node.Written.ToArray();
        });

        public void Dispose() => file.Dispose();
    }
}
