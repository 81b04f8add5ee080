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
            Type = "winlog",
            Paths = ["/var/log/[a"],
            ExcludeLines = ["(unclosed"],
            Encoding = "klingon",
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
        var config = new KafkaOutputConfig { RequiredAcks = 2, Topic = "logs-%{host}" };
        Assert.Equal(["required_acks", "topic"], config.Validate().Select(problem => problem.Key).Order());
    }

    [Theory]
    [InlineData(@"^\w+$", "größe", false)]
    [InlineData(@"^\w+$", "groesse", true)]
    [InlineData(@"\d", "\u0663", false)]
    [InlineData(@"^\s$", "\u00A0", false)]
    [InlineData(@"^\S$", "\u00A0", true)]
    [InlineData(@"^\W$", "ö", true)]
    [InlineData(@"[[:^alpha:]]", "abc", false)]
    [InlineData(@"[[:^alpha:]]", "ab1", true)]
    [InlineData(@"^[[:alpha:]]+$", "abc", true)]
    [InlineData(@"^[:alph]+$", "alph:", true)]
    [InlineData(@"^[^[:digit:]x]+$", "abc", true)]
    [InlineData(@"^[\D]+$", "a1", false)]
    [InlineData(@"^\pN$", "7", true)]
    [InlineData(@"^\PN$", "7", false)]
    [InlineData(@"^\p{Lu}$", "x", false)]
    [InlineData(@"^\Qa.b[1]\E$", "a.b[1]", true)]
    [InlineData(@"^\Qa.b\E", "axb", false)]
    [InlineData(@"\Qopen (", "an open (", true)]
    [InlineData("end$", "end\n", false)]
    [InlineData("(?m)end$", "end\nmore", true)]
    [InlineData("(?i)ERROR", "error", true)]
    [InlineData("(?P<level>WARN|ERROR)", "ERROR", true)]
    [InlineData("(?:a|b)c", "bc", true)]
    [InlineData(@"^\x{e4}$", "ä", true)]
    [InlineData(@"^[a[b]$", "[", true)]
    [InlineData(@"^[]a]$", "]", true)]
    [InlineData(@"^[a-c-[b]]$", "-]", true)]
    public void LinePattern_MeansWhatRe2Means(string pattern, string text, bool expected) =>
        Assert.Equal(expected, LinePattern.Compile(pattern).IsMatch(text));

    [Theory]
    [InlineData("(?=a)")]
    [InlineData("(?<!a)b")]
    [InlineData("(?>a)")]
    [InlineData(@"(a)\1")]
    [InlineData("(?U)a+")]
    [InlineData("[[:nothing:]]")]
    [InlineData(@"\p{Greek}")]
    [InlineData("[a")]
    public void LinePattern_WhatRe2DoesNotHave_IsRefused(string pattern)
    {
        var config = new InputConfig { Paths = ["/a"], IncludeLines = [pattern] };
        Assert.Contains(config.Validate(), problem => problem.Key == "include_lines");
    }

    [Fact]
    public void Latin1_IsWindows1252_AsInFilebeat()
    {
        var destination = new byte[16];
        var written = LineEncoding.Find("latin1")!.ToUtf8([0x80, 0xE4, 0x9F], destination);
        Assert.Equal("€äŸ", System.Text.Encoding.UTF8.GetString(destination, 0, written));
        written = LineEncoding.Find("iso8859-1")!.ToUtf8([0x80, 0xE4], destination);
        Assert.Equal("\u0080ä", System.Text.Encoding.UTF8.GetString(destination, 0, written));
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
