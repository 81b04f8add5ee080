namespace LogFlow.Queue.Storage.Tests;

/// <summary>
/// A directory of a <see cref="MemoryFileSystem"/>: the names in it, of files and of directories, and which of them
/// are synced.
/// </summary>
internal sealed class MemoryDirectory
{
    public Dictionary<string, object> Names { get; } = [];

    /// <summary>As they were when the directory was synced last.</summary>
    public Dictionary<string, object> Durable { get; } = [];

    /// <summary>A name that is there and synced.</summary>
    public void Put(string name, object entry)
    {
        Names[name] = entry;
        Durable[name] = entry;
    }

    public void Sync()
    {
        Durable.Clear();
        foreach (var (name, entry) in Names)
        {
            Durable.Add(name, entry);
        }
    }

    /// <summary>Removes everything in it, which is not synced.</summary>
    public void Clear()
    {
        foreach (var directory in Names.Values.OfType<MemoryDirectory>())
        {
            directory.Clear();
        }

        Names.Clear();
    }

    public IEnumerable<(string Path, MemoryFile File)> AllFiles(string path = "")
    {
        foreach (var (name, entry) in Names)
        {
            if (entry is MemoryFile file)
            {
                yield return ($"{path}/{name}", file);
                continue;
            }

            foreach (var below in ((MemoryDirectory)entry).AllFiles($"{path}/{name}"))
            {
                yield return below;
            }
        }
    }
}
