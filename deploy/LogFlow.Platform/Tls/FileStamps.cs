namespace LogFlow.Platform;

/// <summary>Notices that one of several files was written anew or replaced, by its time and its length.</summary>
internal sealed class FileStamps
{
    private readonly (string Path, DateTime Time, long Length)[] _stamps;

    /// <param name="paths">The files; what is PEM text or null is left out.</param>
    public FileStamps(IEnumerable<string?> paths) => _stamps =
        [.. paths.OfType<string>().Where(path => !TlsFiles.IsInline(path)).Select(Stamp)];

    /// <summary>Whether any file is no longer what it was.</summary>
    public bool HaveChanged => _stamps.Any(static stamp => Stamp(stamp.Path) != stamp);

    private static (string Path, DateTime Time, long Length) Stamp(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (path, file.LastWriteTimeUtc, file.Length) : (path, default, -1);
    }
}
