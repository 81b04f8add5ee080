using System.CommandLine;
using LogFlow.Testing;

namespace LogFlow.Hosting.Tests;

public sealed class KeystoreCommandTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    private string PathOfKeystore => _folder.File("sample.keystore");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Names_AddedListedAndRemoved_AreThoseOfTheFile()
    {
        Assert.Contains("was made", await RunAsync("", "create"), StringComparison.Ordinal);
        await RunAsync("swordfish\n", "add", "ES_PWD", "--stdin");
        var output = await RunAsync("-----BEGIN\nKEY\r\n", "add", "TLS_KEY", "--stdin");

        Assert.Equal($"TLS_KEY was added: write it as ${{TLS_KEY}}{Environment.NewLine}", output);
        Assert.Equal("ES_PWD\nTLS_KEY\n", (await RunAsync("", "list")).ReplaceLineEndings("\n"));
        Assert.Equal("swordfish", Load().Find("ES_PWD"));
        Assert.Equal("-----BEGIN\nKEY", Load().Find("TLS_KEY"));

        await RunAsync("", "remove", "ES_PWD", "TLS_KEY");
        Assert.Empty(Load().Names);
    }

    [Fact]
    public async Task Add_WithoutAKeystore_MakesIt()
    {
        Assert.Contains("was made", await RunAsync("x", "add", "A", "--stdin"), StringComparison.Ordinal);
        Assert.Equal("x", Load().Find("A"));
    }

    [Fact]
    public async Task Add_ANameThatHasAValue_NeedsForce()
    {
        await RunAsync("first", "add", "A", "--stdin");
        var error = await Assert.ThrowsAsync<StartupException>(() => RunAsync("second", "add", "A", "--stdin"));
        Assert.Contains("--force replaces it", error.Message, StringComparison.Ordinal);
        Assert.Equal("first", Load().Find("A"));

        await RunAsync("second", "add", "A", "--stdin", "--force");
        Assert.Equal("second", Load().Find("A"));
    }

    [Fact]
    public async Task Create_OverAKeystore_NeedsForce()
    {
        await RunAsync("x", "add", "A", "--stdin");
        await Assert.ThrowsAsync<StartupException>(() => RunAsync("", "create"));
        Assert.Equal("x", Load().Find("A"));

        await RunAsync("", "create", "--force");
        Assert.Empty(Load().Names);
    }

    [Fact]
    public async Task Remove_OneThatIsNotThere_RemovesNothing()
    {
        await RunAsync("x", "add", "A", "--stdin");
        var error = await Assert.ThrowsAsync<StartupException>(() => RunAsync("", "remove", "A", "B"));
        Assert.StartsWith("B: not in", error.Message, StringComparison.Ordinal);
        Assert.Equal("x", Load().Find("A"));
    }

    [Fact]
    public async Task Add_NothingAtAll_IsAnError() =>
        await Assert.ThrowsAsync<StartupException>(() => RunAsync("\n", "add", "A", "--stdin"));

    [Theory]
    [InlineData("a b")]
    [InlineData("1A")]
    [InlineData("A:B")]
    [InlineData("A}")]
    public void Name_ThatNoVariableCanHave_IsRefused(string name) =>
        Assert.NotEmpty(Build("").Parse(["add", name, "--stdin"]).Errors);

    private Keystore Load() => Keystore.Load(PathOfKeystore, () => null)!;

    private Command Build(string input) =>
        KeystoreCommand.Create(_ => PathOfKeystore, () => new StringReader(input));

    private async Task<string> RunAsync(string input, params string[] arguments)
    {
        var output = new StringWriter();
        await Build(input).Parse(arguments).InvokeAsync(
            new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false });
        return output.ToString();
    }
}
