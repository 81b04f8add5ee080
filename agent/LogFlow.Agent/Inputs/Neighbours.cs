using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// What else lies in the folders of files that are looked for: by inode, for files that lost their name, and by name,
/// for copies that rotation made. A folder is listed once per look, however many of its files are missing.
/// </summary>
internal sealed class Neighbours
{
    private readonly Dictionary<string, Folder?> _folders = new(StringComparer.Ordinal);

    /// <summary>Forgets what was listed: it is listed anew.</summary>
    public void Clear() => _folders.Clear();

    /// <summary>The new place of a file that lost its name, in its folder; null: it is not there.</summary>
    public ScannedFile? FindMoved(string path, FileIdentity identity)
    {
        if (FolderOf(path) is not { } folder)
        {
            return null;
        }

        foreach (var name in folder.WithInode(identity.Inode))
        {
            var neighbour = Path.Combine(folder.Path, name);
            if (FileStatus.TryGet(neighbour, followSymlinks: false, out var status, out _)
                && status.Kind == FileKind.Regular
                && FileIdentity.Of(status) is var found
                && found.Key == identity.Key
                && !found.IsOtherBirth(identity))
            {
                return new ScannedFile(neighbour, status);
            }
        }

        return null;
    }

    /// <summary>Files beside one whose names rotation derives from its name.</summary>
    public IEnumerable<string> RotatedFormsOf(string path)
    {
        if (FolderOf(path) is not { } folder)
        {
            return [];
        }

        return folder.WithStem(Path.GetFileNameWithoutExtension(path))
            .Select(name => Path.Combine(folder.Path, name))
            .Where(neighbour => RotatedName.IsOf(neighbour, path))
            .Order(StringComparer.Ordinal);
    }

    private Folder? FolderOf(string path)
    {
        if (Path.GetDirectoryName(path) is not { } directory)
        {
            return null;
        }

        if (!_folders.TryGetValue(directory, out var folder))
        {
            _folders[directory] = folder = TryList(directory);
        }

        return folder;
    }

    private static Folder? TryList(string directory)
    {
        try
        {
            return new Folder(directory, DirectoryList.Read(directory));
        }
        catch (Exception error) when (error is DirectoryNotFoundException or UnauthorizedAccessException)
        {
            // Gone, or not to be seen; the scan says so.
            return null;
        }
    }

    private sealed class Folder(string path, List<DirectoryEntry> entries)
    {
        private ILookup<ulong, string>? _byInode;
        private Dictionary<string, List<string>>? _byStem;

        public string Path => path;

        public IEnumerable<string> WithInode(ulong inode)
        {
            _byInode ??= entries.Where(static entry => entry.Kind is null or FileKind.Regular)
                .ToLookup(static entry => entry.Inode, static entry => entry.Name);

            // Where listing tells no inodes each entry has to be asked.
            return _byInode[inode].Concat(_byInode[0]);
        }

        public IEnumerable<string> WithStem(string stem)
        {
            if (_byStem is null)
            {
                _byStem = new Dictionary<string, List<string>>(StringComparer.Ordinal);
                foreach (var entry in entries.Where(static entry => entry.Kind is null or FileKind.Regular))
                {
                    foreach (var possible in RotatedName.PossibleStems(entry.Name))
                    {
                        if (!_byStem.TryGetValue(possible, out var names))
                        {
                            _byStem[possible] = names = [];
                        }

                        names.Add(entry.Name);
                    }
                }
            }

            return _byStem.GetValueOrDefault(stem, []);
        }
    }
}
