using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>Finds the files that an input's paths name. Opens nothing.</summary>
internal sealed class FileScanner(
    IReadOnlyList<PathPattern> patterns,
    bool recursiveGlob,
    bool followSymlinks,
    IReadOnlyList<Regex> include,
    IReadOnlyList<Regex> exclude)
{
    private const int Enoent = 2;
    private const int Enotdir = 20;

    /// <summary>Looks once.</summary>
    public ScanResult Scan()
    {
        var result = new ScanResult();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pattern in patterns)
        {
            Walk(pattern, 0, pattern.Root, PathPattern.RecursionDepthMax, result, seen);
        }

        return result;
    }

    /// <summary>Whether a path is one that a scan would find.</summary>
    public bool Matches(string path) =>
        patterns.Any(pattern => pattern.MatchesPath(path, recursiveGlob)) && IsWanted(path);

    private void Walk(
        PathPattern pattern, int index, string directory, int depthLeft, ScanResult result, HashSet<string> seen)
    {
        if (index == pattern.Components.Count)
        {
            return;
        }

        var component = pattern.Components[index];
        if (recursiveGlob && component == "**")
        {
            WalkRecursive(pattern, index, directory, depthLeft, result, seen);
            return;
        }

        var isLast = index == pattern.Components.Count - 1;
        if (!PathPattern.HasWildcards(component))
        {
            WalkLiteral(pattern, index, directory, result, seen);
            return;
        }

        foreach (var (name, _, kind) in List(directory, result))
        {
            if (!PathPattern.Matches(component, name))
            {
                continue;
            }

            var path = Path.Combine(directory, name);
            if (isLast)
            {
                AddFile(path, result, seen);
            }
            else if (IsDirectory(path, kind))
            {
                Walk(pattern, index + 1, path, PathPattern.RecursionDepthMax, result, seen);
            }
        }
    }

    /// <summary>A folder that is named without wildcards need not be listed, only entered.</summary>
    private void WalkLiteral(
        PathPattern pattern, int index, string directory, ScanResult result, HashSet<string> seen)
    {
        var path = Path.Combine(directory, pattern.Components[index]);
        if (index == pattern.Components.Count - 1)
        {
            result.Directories.Add(directory);
            AddFile(path, result, seen);
            return;
        }

        if (FileStatus.TryGet(path, followSymlinks: true, out _, out var error))
        {
            Walk(pattern, index + 1, path, PathPattern.RecursionDepthMax, result, seen);
        }
        else if (error is Enoent or Enotdir or 0)
        {
            // Not there yet: watch for its coming.
            result.Directories.Add(directory);
        }
        else
        {
            result.Failures[path] = Marshal.GetPInvokeErrorMessage(error);
        }
    }

    private void WalkRecursive(
        PathPattern pattern, int index, string directory, int depthLeft, ScanResult result, HashSet<string> seen)
    {
        var isLast = index == pattern.Components.Count - 1;
        if (!isLast)
        {
            Walk(pattern, index + 1, directory, PathPattern.RecursionDepthMax, result, seen);
        }

        if (depthLeft == 0)
        {
            return;
        }

        foreach (var (name, _, kind) in List(directory, result))
        {
            var path = Path.Combine(directory, name);
            if (IsDirectory(path, kind))
            {
                WalkRecursive(pattern, index, path, depthLeft - 1, result, seen);
            }
            else if (isLast)
            {
                AddFile(path, result, seen);
            }
        }
    }

    private static List<DirectoryEntry> List(string directory, ScanResult result)
    {
        var entries = new List<DirectoryEntry>();
        try
        {
            entries = DirectoryList.Read(directory);
            result.Directories.Add(directory);
        }
        catch (DirectoryNotFoundException)
        {
            // It went between being found and being listed.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            result.Failures[directory] = FileErrors.Describe(error);
        }

        return entries;
    }

    /// <summary>A link to a folder is one, too.</summary>
    private static bool IsDirectory(string path, FileKind? kind) => kind switch
    {
        FileKind.Directory => true,
        FileKind.Regular => false,
        _ => FileStatus.TryGet(path, followSymlinks: true, out var status, out _) && status.Kind == FileKind.Directory,
    };

    private void AddFile(string path, ScanResult result, HashSet<string> seen)
    {
        if (!seen.Add(path) || !IsWanted(path))
        {
            return;
        }

        if (FileStatus.TryGet(path, followSymlinks, out var status, out var error))
        {
            if (status.Kind == FileKind.Regular)
            {
                result.Files.Add(new ScannedFile(path, status));
            }
        }
        else if (error is not (Enoent or Enotdir or 0))
        {
            result.Failures[path] = Marshal.GetPInvokeErrorMessage(error);
        }
    }

    private bool IsWanted(string path)
    {
        foreach (var pattern in exclude)
        {
            if (pattern.IsMatch(path))
            {
                return false;
            }
        }

        if (include.Count == 0)
        {
            return true;
        }

        foreach (var pattern in include)
        {
            if (pattern.IsMatch(path))
            {
                return true;
            }
        }

        return false;
    }
}
