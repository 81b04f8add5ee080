using LogFlow.Testing;

namespace LogFlow.Agent.Tests;

public sealed class PathPatternTests
{
    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", ".log", true)]
    [InlineData("*.log", "a.log.1", false)]
    [InlineData("a*b*c", "aXXbYYc", true)]
    [InlineData("a*b*c", "aXXbYY", false)]
    [InlineData("?.log", "a.log", true)]
    [InlineData("?.log", "ab.log", false)]
    [InlineData("[a-c].log", "b.log", true)]
    [InlineData("[a-c].log", "d.log", false)]
    [InlineData("[^a-c].log", "d.log", true)]
    [InlineData("[^a-c].log", "a.log", false)]
    [InlineData("[]a].log", "].log", true)]
    [InlineData(@"\*.log", "*.log", true)]
    [InlineData(@"\*.log", "a.log", false)]
    [InlineData("*", "anything", true)]
    [InlineData("", "", true)]
    [InlineData("abc", "abc", true)]
    [InlineData("abc", "abd", false)]
    public void Component_LikeGoFilepathMatch(string pattern, string name, bool expected) =>
        Assert.Equal(expected, PathPattern.Matches(pattern, name));

    [Theory]
    [InlineData("/var/log/*.log", true)]
    [InlineData("/var/log/[a.log", false)]
    [InlineData("/var/log/a\\", false)]
    [InlineData("", false)]
    public void Validity_UnclosedClassesAndLooseEscapesAreRefused(string pattern, bool expected) =>
        Assert.Equal(expected, PathPattern.IsValid(pattern));

    [Fact]
    public void DoubleStar_MatchesUpToEightFolders()
    {
        using var folder = new TempDirectory();
        var path = folder.Path;
        var expected = new List<string>();
        for (var depth = 0; depth <= 10; depth++)
        {
            var file = Path.Combine(path, $"{depth}.log");
            File.WriteAllText(file, "x\n");
            if (depth <= PathPattern.RecursionDepthMax)
            {
                expected.Add(file);
            }

            path = Path.Combine(path, "d");
            Directory.CreateDirectory(path);
        }

        Assert.Equal(expected.Order(), Scan(folder.File("**", "*.log")).Files.Select(file => file.Path).Order());

        // A trailing "**" stands for the file, too: seven folders and a name.
        Assert.Equal(expected[..^1].Order(), Scan(folder.File("**")).Files.Select(file => file.Path).Order());
    }

    [Fact]
    public void Scan_FoldersSymlinksAndExclusions()
    {
        using var folder = new TempDirectory();
        Directory.CreateDirectory(folder.File("x.log"));
        File.WriteAllText(folder.File("a.log"), "x\n");
        File.WriteAllText(folder.File("b.log"), "x\n");
        File.CreateSymbolicLink(folder.File("c.log"), folder.File("a.log"));
        Assert.Equal(["a.log", "b.log"], Names(Scan(folder.File("*.log"))));
        Assert.Equal(["a.log", "b.log", "c.log"], Names(Scan(folder.File("*.log"), symlinks: true)));
        Assert.Equal(["a.log"], Names(Scan(folder.File("*.log"), exclude: @"b\.log$")));
        Assert.Equal(["b.log"], Names(Scan(folder.File("*.log"), include: @"/b\.")));
        Assert.Equal(["a.log"], Names(Scan(folder.File("a.log"))));
    }

    [Fact]
    public void Scan_MissingFolder_WatchesTheOneAbove()
    {
        using var folder = new TempDirectory();
        var result = Scan(folder.File("nginx", "*.log"));
        Assert.Empty(result.Failures);
        Assert.Equal([folder.Path], result.Directories);
    }

    private static IEnumerable<string> Names(ScanResult result) =>
        result.Files.Select(file => Path.GetFileName(file.Path)).Order();

    private static ScanResult Scan(
        string pattern, bool symlinks = false, string? include = null, string? exclude = null) =>
        new FileScanner(
            [PathPattern.Parse(pattern)],
            recursiveGlob: true,
            symlinks,
            include is null ? [] : [LinePattern.Compile(include)],
            exclude is null ? [] : [LinePattern.Compile(exclude)]).Scan();
}
