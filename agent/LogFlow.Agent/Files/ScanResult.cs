namespace LogFlow.Agent;

/// <summary>What one look at an input's paths found.</summary>
internal sealed class ScanResult
{
    /// <summary>Regular files that match, each path once.</summary>
    public List<ScannedFile> Files { get; } = [];

    /// <summary>Folders that were looked into: those to watch.</summary>
    public HashSet<string> Directories { get; } = [];

    /// <summary>
    /// Paths that could not be looked at, with the reason. Nothing below them may be taken for removed.
    /// </summary>
    public Dictionary<string, string> Failures { get; } = [];

    /// <summary>Whether a path lies below one that could not be looked at.</summary>
    public bool IsUncertain(string path)
    {
        foreach (var failed in Failures.Keys)
        {
            if (path.StartsWith(failed, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
