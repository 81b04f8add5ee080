namespace LogFlow.Testing;

/// <summary>
/// The folder <c>shared</c> beside the repository, with real logs, vectors and servers. Tests that need it are skipped,
/// visibly, where it is missing. LOGFLOW_SHARED names another place.
/// </summary>
public static class SharedFolder
{
    /// <summary>The folder's full path, or null.</summary>
    public static string? Root { get; } = Find();

    /// <summary>The repository's root: where LogFlow.sln is.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>A path below the folder.</summary>
    public static string File(params string[] parts) =>
        Path.Combine([Root ?? throw new InvalidOperationException("shared/ is missing"), .. parts]);

    private static string? Find()
    {
        var configured = Environment.GetEnvironmentVariable("LOGFLOW_SHARED");
        if (!string.IsNullOrEmpty(configured))
        {
            return Directory.Exists(configured) ? Path.GetFullPath(configured) : null;
        }

        var beside = Path.GetFullPath(Path.Combine(FindRepository(), "..", "shared"));
        return Directory.Exists(Path.Combine(beside, "data")) ? beside : null;
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "LogFlow.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no LogFlow.sln above {AppContext.BaseDirectory}");
    }
}
