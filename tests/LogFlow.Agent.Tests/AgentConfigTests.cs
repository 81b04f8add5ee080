namespace LogFlow.Agent.Tests;

public sealed class AgentConfigTests
{
    [Fact]
    public void Defaults_WithOneInput_AreValid()
    {
        var config = new AgentConfig { Inputs = [new InputConfig { Paths = ["/var/log/*.log"] }] };
        Assert.Empty(config.Validate());
        Assert.Empty(config.Inputs[0].Validate());
        Assert.Empty(config.Kafka.Validate());
    }

    [Fact]
    public void Input_EverythingWrong_EachProblemIsNamedByItsKey()
    {
        var input = new InputConfig
        {
            Type = "journald",
            Paths = ["/var/log/[a"],
            ExcludeLines = ["(unclosed"],
            Encoding = "shift-jis",
            CleanInactive = TimeSpan.FromSeconds(5),
            BufferSize = 1,
            HarvesterLimit = -1,
        };
        Assert.Equal(
            ["buffer_size", "clean_inactive", "encoding", "exclude_lines", "harvester_limit", "paths", "type"],
            input.Validate().Select(problem => problem.Key).Order());
    }

    [Fact]
    public void Agent_TwoInputsOfOneId_IsRefused()
    {
        var config = new AgentConfig
        {
            Inputs = [new InputConfig { Id = "a", Paths = ["/a"] }, new InputConfig { Id = "a", Paths = ["/b"] }],
        };
        Assert.Contains("id 'a'", Assert.Single(config.Validate()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_FewerAcksOrOddTopics_AreRefused()
    {
        var config = new KafkaOutputConfig { RequiredAcks = 1, Topic = "logs-%{[host]}" };
        Assert.Equal(["required_acks", "topic"], config.Validate().Select(problem => problem.Key).Order());
    }

    [Theory]
    [InlineData("^[[:digit:]]+$", "123", true)]
    [InlineData("(?P<name>a)", "a", true)]
    [InlineData("(?i)ERROR", "error", true)]
    public void LinePattern_GoSyntax_IsUnderstood(string pattern, string text, bool expected) =>
        Assert.Equal(expected, LinePattern.Compile(pattern).IsMatch(text));

    [Theory]
    [InlineData("/l/app.log.1", "/l/app.log", true)]
    [InlineData("/l/app-20261121.log", "/l/app.log", true)]
    [InlineData("/l/app.log", "/l/app.log", false)]
    [InlineData("/l/app2.log", "/l/app.log", false)]
    [InlineData("/m/app.log.1", "/l/app.log", false)]
    [InlineData("/l/other.log", "/l/app.log", false)]
    public void RotatedName_IsRecognised(string path, string original, bool expected) =>
        Assert.Equal(expected, RotatedName.IsOf(path, original));
}
