using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.FileSystemGlobbing;

namespace LogFlow.Hosting;

/// <summary>
/// Finds the files that a path of the configuration names: a file, a folder (its files), or a pattern as Logstash's
/// (Ruby's <c>Dir.glob</c>): <c>*</c>, <c>?</c>, <c>[abc]</c>, <c>[a-c]</c>, <c>[^a]</c>, <c>{a,b}</c>, and <c>**</c>
/// for any
/// number of folders. Names that begin with a dot are only matched by a dot.
/// </summary>
/// <remarks>
/// FileSystemGlobbing walks the folders; its language has only <c>*</c> and <c>**</c>, so what else the pattern says is
/// asked of a regular expression afterwards.
/// </remarks>
public static class FileGlob
{
    private const string Wild = "*?[{";

    /// <summary>The files, in alphabetical order; empty where none matches.</summary>
    public static IReadOnlyList<string> Find(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        var pattern = Path.GetFullPath(Directory.Exists(path) ? Path.Combine(path, "*") : path);
        var parts = pattern.Split(Path.DirectorySeparatorChar);
        var fixedParts = Array.FindIndex(parts, static part => part.AsSpan().ContainsAny(Wild));
        if (fixedParts < 0)
        {
            return [];
        }

        var root = string.Join(Path.DirectorySeparatorChar, parts[..fixedParts]) + Path.DirectorySeparatorChar;
        var matcher = new Matcher(StringComparison.Ordinal);
        var exact = new List<Regex>();
        foreach (var alternative in Alternatives(string.Join('/', parts[fixedParts..])))
        {
            matcher.AddInclude(Loosen(alternative));
            exact.Add(Translate(alternative));
        }

        var files = new List<string>();
        if (Directory.Exists(root))
        {
            foreach (var file in matcher.GetResultsInFullPath(root))
            {
                var relative = Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/');
                if (exact.Exists(regex => regex.IsMatch(relative)))
                {
                    files.Add(file);
                }
            }
        }

        files.Sort(StringComparer.Ordinal);
        return files;
    }

    /// <summary>One pattern for each way to choose from the braces; nested ones inside out.</summary>
    private static IEnumerable<string> Alternatives(string pattern)
    {
        var close = pattern.IndexOf('}', StringComparison.Ordinal);
        var open = close < 0 ? -1 : pattern.LastIndexOf('{', close);
        return open < 0
            ? [pattern]
            : pattern[(open + 1)..close].Split(',')
                .SelectMany(choice => Alternatives(pattern[..open] + choice + pattern[(close + 1)..]));
    }

    /// <summary>The same or more, in the words that FileSystemGlobbing knows.</summary>
    private static string Loosen(string pattern) => Regex.Replace(pattern, @"\[[^\]/]+\]|\?", "*");

    private static Regex Translate(string pattern)
    {
        const string NoDot = "(?!\\.)";
        var regex = new StringBuilder("^");
        var isStart = true;
        for (var index = 0; index < pattern.Length; index++)
        {
            var letter = pattern[index];
            var close = letter == '[' ? pattern.IndexOf(']', index + 1) : -1;
            if (isStart && pattern[index..] is ['*', '*', '/', ..])
            {
                regex.Append($"(?:{NoDot}[^/]+/)*");
                index += 2;
                continue;
            }

            regex.Append(isStart && Wild.Contains(letter) ? NoDot : "");
            isStart = letter == '/';
            if (close > index + 1)
            {
                var set = pattern[(index + 1)..close].Replace("\\", "\\\\").Replace("[", "\\[");
                regex.Append('[').Append(set[0] is '!' or '^' ? "^/" + set[1..] : set).Append(']');
                index = close;
                continue;
            }

            regex.Append(letter switch { '*' => "[^/]*", '?' => "[^/]", _ => Regex.Escape(letter.ToString()) });
        }

        return new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant);
    }
}
