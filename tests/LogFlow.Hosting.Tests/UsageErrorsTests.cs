using System.CommandLine;

namespace LogFlow.Hosting.Tests;

public class UsageErrorsTests
{
    private readonly RootCommand _root = Build();

    [Theory]
    [InlineData("serch error", "'serch' is not a command; did you mean 'search'?")]
    [InlineData("frobnicate", "'frobnicate' is not a command")]
    [InlineData("topics lst", "'lst' is not a command; did you mean 'list'?")]
    [InlineData("search --limt=3", "'--limt=3' is not an option; did you mean '--limit'?")]
    [InlineData("topics list --jsn", "'--jsn' is not an option; did you mean '--json'?")]
    public void Mistake_OfTheCommandLine_NamesWhatWasMeant(string line, string expected)
    {
        var parsed = _root.Parse(line.Split(' '));

        Assert.False(UsageErrors.LacksCommand(parsed));
        Assert.Equal(expected.Split('|'), UsageErrors.Describe(parsed));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("topics", true)]
    [InlineData("topics list", false)]
    public void Command_OfOthers_AloneAsksForHelp(string line, bool lacksCommand) =>
        Assert.Equal(
            lacksCommand,
            UsageErrors.LacksCommand(_root.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));

    private static RootCommand Build()
    {
        var search = new Command("search") { new Option<int>("--limit") };
        search.SetAction(static _ => 0);
        var list = new Command("list");
        list.SetAction(static _ => 0);
        var topics = new Command("topics") { list };
        topics.Add(new Option<bool>("--json") { Recursive = true });
        return new RootCommand { search, topics };
    }
}
