namespace LogFlow.Agent;

/// <summary>
/// A path with wildcards, matched folder by folder as Go's <c>filepath.Match</c> does (<c>*</c>, <c>?</c>,
/// <c>[a-z]</c>, <c>[^a]</c>, <c>\</c>), plus Filebeat's <c>**</c>: up to eight folders, none included.
/// </summary>
internal sealed class PathPattern
{
    /// <summary>Folders that one <c>**</c> stands for at most. Matches Filebeat.</summary>
    public const int RecursionDepthMax = 8;

    private PathPattern(string root, string[] components)
    {
        Root = root;
        Components = components;
    }

    /// <summary>Where the walk starts: "/" or a drive.</summary>
    public string Root { get; }

    /// <summary>The parts below <see cref="Root"/>.</summary>
    public IReadOnlyList<string> Components { get; }

    /// <summary>Reads a pattern; relative ones start at the working directory.</summary>
    public static PathPattern Parse(string pattern)
    {
        // A relative pattern is joined by hand: GetFullPath would be right too, but not for "\" as an escape.
        var full = Path.IsPathRooted(pattern) ? pattern : Path.Combine(Directory.GetCurrentDirectory(), pattern);
        var root = Path.GetPathRoot(full)!;
        char[] separators = OperatingSystem.IsWindows() ? ['/', '\\'] : ['/'];
        var components = new List<string>();
        foreach (var part in full[root.Length..].Split(separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (components.Count > 0)
                {
                    components.RemoveAt(components.Count - 1);
                }
            }
            else if (part != ".")
            {
                components.Add(part);
            }
        }

        return new PathPattern(root, [.. components]);
    }

    /// <summary>Whether a pattern can match anything: brackets are closed, escapes escape something.</summary>
    public static bool IsValid(string pattern)
    {
        if (pattern.Length == 0)
        {
            return false;
        }

        return OperatingSystem.IsWindows() || pattern.Split('/').All(IsValidComponent);
    }

    /// <summary>Whether a component has wildcards.</summary>
    public static bool HasWildcards(string component) => component.AsSpan().IndexOfAny("*?[\\") >= 0;

    /// <summary>Whether a walk for this pattern would find a file of this path.</summary>
    public bool MatchesPath(string path, bool recursiveGlob)
    {
        if (!path.StartsWith(Root, StringComparison.Ordinal))
        {
            return false;
        }

        var parts = path[Root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        return MatchesFrom(0, parts, recursiveGlob);
    }

    private bool MatchesFrom(int index, ReadOnlySpan<string> parts, bool recursiveGlob)
    {
        if (index == Components.Count)
        {
            return parts.IsEmpty;
        }

        var component = Components[index];
        if (!recursiveGlob || component != "**")
        {
            return !parts.IsEmpty
                && Matches(component, parts[0])
                && MatchesFrom(index + 1, parts[1..], recursiveGlob);
        }

        if (index == Components.Count - 1)
        {
            return parts.Length is >= 1 and <= RecursionDepthMax;
        }

        for (var depth = 0; depth <= Math.Min(RecursionDepthMax, parts.Length); depth++)
        {
            if (MatchesFrom(index + 1, parts[depth..], recursiveGlob))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a name matches a component.</summary>
    public static bool Matches(ReadOnlySpan<char> component, ReadOnlySpan<char> name)
    {
        // Position to return to when a later part does not match: the last '*' takes one character more.
        var (starAt, starName) = (-1, 0);
        var (p, n) = (0, 0);
        while (n < name.Length)
        {
            if (p < component.Length && component[p] == '*')
            {
                (starAt, starName) = (p++, n);
            }
            else if (p < component.Length && MatchesOne(component, name[n], p, out var next))
            {
                (p, n) = (next, n + 1);
            }
            else if (starAt >= 0)
            {
                (p, n) = (starAt + 1, ++starName);
            }
            else
            {
                return false;
            }
        }

        while (p < component.Length && component[p] == '*')
        {
            p++;
        }

        return p == component.Length;
    }

    private static bool MatchesOne(ReadOnlySpan<char> component, char letter, int at, out int next)
    {
        next = at + 1;
        switch (component[at])
        {
            case '?':
                return true;
            case '[':
                return MatchesClass(component, letter, at + 1, out next);
            case '\\' when !OperatingSystem.IsWindows() && at + 1 < component.Length:
                next = at + 2;
                return component[at + 1] == letter;
            default:
                return component[at] == letter;
        }
    }

    private static bool MatchesClass(ReadOnlySpan<char> component, char letter, int at, out int next)
    {
        var negated = at < component.Length && component[at] == '^';
        at += negated ? 1 : 0;
        var found = false;
        var first = true;
        while (at < component.Length && (first || component[at] != ']'))
        {
            first = false;
            var low = ReadClassLetter(component, ref at);
            var high = low;
            if (at + 1 < component.Length && component[at] == '-' && component[at + 1] != ']')
            {
                at++;
                high = ReadClassLetter(component, ref at);
            }

            found |= letter >= low && letter <= high;
        }

        next = at + 1;
        return found != negated;
    }

    private static char ReadClassLetter(ReadOnlySpan<char> component, ref int at)
    {
        if (component[at] == '\\' && at + 1 < component.Length)
        {
            at++;
        }

        return component[at++];
    }

    private static bool IsValidComponent(string component)
    {
        for (var at = 0; at < component.Length; at++)
        {
            if (component[at] == '\\')
            {
                if (++at == component.Length)
                {
                    return false;
                }
            }
            else if (component[at] == '[')
            {
                var from = at + (at + 1 < component.Length && component[at + 1] == '^' ? 3 : 2);
                var end = from <= component.Length ? component.IndexOf(']', from) : -1;
                if (end < 0)
                {
                    return false;
                }

                at = end;
            }
        }

        return true;
    }
}
