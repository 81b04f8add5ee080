using System.IO.Enumeration;
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

    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        ReturnSpecialDirectories = false,
    };

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

        foreach (var (name, isDirectory) in List(directory, result))
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
            else if (isDirectory)
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

        foreach (var (name, isDirectory) in List(directory, result))
        {
            var path = Path.Combine(directory, name);
            if (isDirectory)
            {
                WalkRecursive(pattern, index, path, depthLeft - 1, result, seen);
            }
            else if (isLast)
            {
                AddFile(path, result, seen);
            }
        }
    }

    private static List<(string Name, bool IsDirectory)> List(string directory, ScanResult result)
    {
        var entries = new List<(string, bool)>();
        try
        {
            entries.AddRange(new FileSystemEnumerable<(string, bool)>(
                directory,
                static (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory),
                Everything));
            result.Directories.Add(directory);
        }
        catch (DirectoryNotFoundException)
        {
            // It went between being found and being listed.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            result.Failures[directory] = error.Message;
        }

        return entries;
    }

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
