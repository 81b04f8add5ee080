using System.IO.Enumeration;

namespace LogFlow.Processor.Pipeline;

/// <summary>The files that <c>patterns_dir</c> names.</summary>
internal static class PatternFiles
{
    /// <summary>
    /// The files of a folder, a file, or what a pattern with <c>*</c> and <c>?</c> stands for, also in folders of its
    /// path; in order of name. As in Logstash, what is not there has no patterns: one that is used and missing is a
    /// mistake where it is used.
    /// </summary>
    /// <param name="path">As written in <c>patterns_dir</c>.</param>
    /// <param name="glob">Which files of a folder: <c>patterns_files_glob</c>.</param>
    /// <exception cref="IOException">A folder cannot be listed.</exception>
    public static IEnumerable<string> Find(string path, string glob)
    {
        var files = new List<string>();
        foreach (var found in Expand(path))
        {
            if (File.Exists(found))
            {
                files.Add(found);
            }
            else if (Directory.Exists(found))
            {
                files.AddRange(Directory.GetFiles(found)
                    .Where(file => FileSystemName.MatchesSimpleExpression(glob, Path.GetFileName(file), false)));
            }
        }
        return files.Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Expand(string path)
    {
        var name = Path.GetFileName(path);
        var parent = Path.GetDirectoryName(path);
        if (string.IsNullOrEmpty(parent) || path.AsSpan().IndexOfAny('*', '?') < 0)
        {
            return [path];
        }
        var folders = Expand(parent).Where(Directory.Exists);
        return name.AsSpan().IndexOfAny('*', '?') < 0
            ? folders.Select(folder => Path.Combine(folder, name))
            : folders.SelectMany(folder => Directory.EnumerateFileSystemEntries(folder)
                .Where(entry => FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(entry), false)));
    }
}
