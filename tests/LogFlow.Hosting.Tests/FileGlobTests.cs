using LogFlow.Testing;

namespace LogFlow.Hosting.Tests;

public sealed class FileGlobTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public FileGlobTests()
    {
        foreach (var name in (string[])
            ["10-in.conf", "20-out.conf", "20-out.conf~", "a.txt", ".hidden.conf", "sub/30.conf", "sub/deep/40.conf"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
            File.WriteAllText(_folder.File(name), "");
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("*.conf", "10-in.conf 20-out.conf")]
    [InlineData("{10,30}*.conf", "10-in.conf")]
    [InlineData("[12]0-*.conf", "10-in.conf 20-out.conf")]
    [InlineData("[!1]0-*.conf", "20-out.conf")]
    [InlineData("[2-9]0-*.conf", "20-out.conf")]
    [InlineData("?.txt", "a.txt")]
    [InlineData("?.conf", "")]
    [InlineData("**/*.conf", "10-in.conf 20-out.conf sub/30.conf sub/deep/40.conf")]
    [InlineData("s*/*.conf", "sub/30.conf")]
    [InlineData("{sub,sub/deep}/{3,4}0.conf", "sub/30.conf sub/deep/40.conf")]
    [InlineData("sub", "sub/30.conf")]
    [InlineData("a.txt", "a.txt")]
    [InlineData(".h*", ".hidden.conf")]
    [InlineData("missing", "")]
    [InlineData("missing/*.conf", "")]
    public void Find_Pattern_MatchesAsInAShell(string pattern, string expected) => Assert.Equal(
        expected,
        string.Join(' ', FileGlob.Find(_folder.File(pattern)).Select(
            path => Path.GetRelativePath(_folder.Path, path).Replace('\\', '/'))));
}
