using LogFlow.Testing;

namespace LogFlow.Tidy.Tests;

/// <summary>The repository's own source files.</summary>
internal static class SourceTree
{
    private static readonly string[] Roots = ["agent", "queue", "processor", "deploy", "tests"];

    /// <summary>All C# files that people wrote, with their paths relative to the repository.</summary>
    public static IReadOnlyList<(string Path, string[] Lines)> CSharpFiles { get; } =
        [.. Files("*.cs").Select(path => (Relative(path), File.ReadAllLines(path)))];

    /// <summary>All project files.</summary>
    public static IReadOnlyList<string> Projects { get; } = [.. Files("*.csproj")];

    /// <summary>A path relative to the repository.</summary>
    public static string Relative(string path) =>
        Path.GetRelativePath(SharedFolder.Repository, path).Replace('\\', '/');

    private static IEnumerable<string> Files(string pattern) => Roots
        .Select(root => Path.Combine(SharedFolder.Repository, root))
        .Where(Directory.Exists)
        .SelectMany(root => Directory.EnumerateFiles(root, pattern, SearchOption.AllDirectories))
        .Where(path => !Relative(path).Split('/').Any(part => part is "bin" or "obj" or "node_modules"));
}
