namespace LogFlow.Appliance.Tests;

public class CompleterTests
{
    [Theory]
    [InlineData(
        "",
        "alerts,certs,completion,console,consume,dlq,dump,export,groups,keystore,produce,search,setup,store,tail,test,"
        + "topics,up,users,version")]
    [InlineData("con", "console,consume")]
    [InlineData("topics ", "alter,create,delete,describe,list")]
    [InlineData("topics -b 127.0.0.1:1 de", "delete,describe")]
    [InlineData("groups reset-offsets g --to-", "--to-current,--to-datetime,--to-earliest,--to-latest,--to-offset")]
    [InlineData("topics list --bo", "--bootstrap-server")]
    [InlineData("produce t --compression ", "gzip,lz4,none,snappy,zstd")]
    [InlineData("produce t -z z", "zstd")]
    [InlineData("consume t --isolation read_c", "read_committed")]
    [InlineData("consume t --exit --from ", "beginning,end")]
    [InlineData("completion ", "bash,fish,zsh")]
    public void Complete_Line_ProposesWhatFits(string line, string expected) =>
        Assert.Equal(expected, string.Join(',', Complete(line).Order(StringComparer.Ordinal)));

    /// <summary>Port 1 refuses at once.</summary>
    [Theory]
    [InlineData("topics -b 127.0.0.1:1 describe ")]
    [InlineData("groups -b 127.0.0.1:1 describe ")]
    [InlineData("groups -b not:an:address:at:all:] describe ")]
    [InlineData("produce t ")]
    public void Complete_BrokerAwayOrNothingToKnow_ProposesNothing(string line) => Assert.Empty(Complete(line));

    private static IEnumerable<string> Complete(string line) =>
        new Completer(ApplianceCommandLine.Build(new ToolOptions())).Complete(line.Split(' '));
}
