namespace LogFlow.Agent;

/// <summary>Names that rotation makes of a log's name: <c>app.log.1</c>, <c>app-20261121.log</c>, <c>app.log.2.gz</c>.
/// All begin with the log's name without its extension (the stem), followed by a separator.</summary>
internal static class RotatedName
{
    /// <summary>Folder and stem of a log's path: under this it is indexed.</summary>
    public static string StemOf(string path) => Path.Combine(
        Path.GetDirectoryName(path) ?? "", Path.GetFileNameWithoutExtension(path));

    /// <summary>Whether a path is what rotation makes of another.</summary>
    public static bool IsOf(string path, string original)
    {
        if (!Path.GetDirectoryName(path.AsSpan()).SequenceEqual(Path.GetDirectoryName(original.AsSpan())))
        {
            return false;
        }

        var name = Path.GetFileName(path.AsSpan());
        var stem = Path.GetFileNameWithoutExtension(original.AsSpan());
        return stem.Length > 0
            && name.Length > stem.Length + 1
            && name.StartsWith(stem, StringComparison.Ordinal)
            && IsSeparator(name[stem.Length])
            && !name.SequenceEqual(Path.GetFileName(original.AsSpan()));
    }

    /// <summary>The stems of all logs that a path may be a rotated form of, the longest first.</summary>
    public static IEnumerable<string> PossibleStems(string path)
    {
        for (var at = path.Length - 1; at > 0 && path[at] != Path.DirectorySeparatorChar; at--)
        {
            if (IsSeparator(path[at]))
            {
                yield return path[..at];
            }
        }
    }

    private static bool IsSeparator(char letter) => letter is '.' or '-' or '_';
}
