namespace LogFlow.Agent;

/// <summary>
/// Known files by the stem of their names, kept up to date, so that a new file is compared with those that it may be a
/// copy of and no others. A linked file is found under the name of what the link leads to as well.
/// </summary>
internal sealed class NameIndex
{
    private readonly Dictionary<string, List<TrackedFile>> _byStem = new(StringComparer.Ordinal);

    public void Add(TrackedFile file) => Each(file, static (index, stem, file) =>
    {
        if (!index.TryGetValue(stem, out var files))
        {
            index[stem] = files = [];
        }

        files.Add(file);
    });

    public void Remove(TrackedFile file) => Each(file, static (index, stem, file) =>
    {
        if (index.TryGetValue(stem, out var files) && files.Remove(file) && files.Count == 0)
        {
            index.Remove(stem);
        }
    });

    /// <summary>Files of which a path may be a rotated form.</summary>
    public List<TrackedFile> PossibleOriginalsOf(string path)
    {
        var found = new List<TrackedFile>();
        foreach (var stem in RotatedName.PossibleStems(path))
        {
            if (_byStem.TryGetValue(stem, out var files))
            {
                found.AddRange(files.Where(file => RotatedName.IsOf(path, file.Harvester.Path)
                    || (file.Target is { } target && RotatedName.IsOf(path, target))));
            }
        }

        return found;
    }

    private void Each(TrackedFile file, Action<Dictionary<string, List<TrackedFile>>, string, TrackedFile> change)
    {
        var stem = RotatedName.StemOf(file.Harvester.Path);
        change(_byStem, stem, file);
        if (file.Target is { } target && RotatedName.StemOf(target) is var other && other != stem)
        {
            change(_byStem, other, file);
        }
    }
}
