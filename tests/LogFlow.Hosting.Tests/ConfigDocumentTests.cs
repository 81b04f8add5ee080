namespace LogFlow.Hosting.Tests;

public class ConfigDocumentTests
{
    [Fact]
    public void Bind_NestedAndDottedKeys_MeanTheSame()
    {
        var nested = ConfigDocument.Parse(
            """
            inputs:
              - paths: [/a, /b]
                close:
                  on_state_change:
                    inactive: 1h30m
                message_max_bytes: 10MiB
            output:
              kafka:
                hosts: ["k:1"]
            """).Bind<SampleConfig>();
        var dotted = ConfigDocument.Parse(
            """
            inputs:
              - paths: [/a, /b]
                close.on_state_change.inactive: 90m
                message_max_bytes: 10485760
            output.kafka.hosts: k:1
            """).Bind<SampleConfig>();

        foreach (var config in new[] { nested, dotted })
        {
            Assert.Equal(["/a", "/b"], config.Inputs[0].Paths);
            Assert.Equal(TimeSpan.FromMinutes(90), config.Inputs[0].Inactive);
            Assert.Equal(10_485_760, config.Inputs[0].MessageMax.Bytes);
            Assert.Equal(["k:1"], config.Output.Hosts);
        }
    }

    [Fact]
    public void Bind_UnknownKey_NamesPlaceLineAndNearestKey()
    {
        var document = ConfigDocument.Parse("path.data: /x\ninputs:\n  - pahts: [/a]\n", "agent.yml");

        var error = Assert.Throws<ConfigException>(document.Bind<SampleConfig>);

        Assert.Equal(
            """
            agent.yml:3:5: unknown key 'inputs[0].pahts'; did you mean 'inputs[0].paths'?
                  - pahts: [/a]
                    ^
            """.ReplaceLineEndings("\n"),
            error.Message);
    }

    [Theory]
    [InlineData("output.kafka.host: x", "did you mean 'output.kafka.hosts'?")]
    [InlineData("output.kafak.hosts: x", "did you mean 'output.kafka'?")]
    [InlineData("zzz: x", "unknown key 'zzz'")]
    [InlineData("inputs: [{close.on_state_change.inactiv: 1s}]", "inactive'?")]
    [InlineData("inputs: [{mode: third}]", "takes one of first_choice, second, not 'third'")]
    [InlineData("inputs: [{close.on_state_change.inactive: soon}]", "takes a time such as 10s")]
    [InlineData("inputs: [{message_max_bytes: -1}]", "takes a size such as")]
    [InlineData("output.kafka: localhost", "is a section with keys of its own")]
    [InlineData("path.data: [a, b]", "takes one value, not a list")]
    [InlineData("path.data: ''", "path.data: must not be empty")]
    [InlineData("path.data: a\npath.data: b", "is given twice (first at config.yml:1:1)")]
    [InlineData("path.data: ${LOGFLOW_SURELY_UNSET}", "environment variable LOGFLOW_SURELY_UNSET is not set")]
    [InlineData("processors: [{drop_event: {}}]", "'processors' is not supported yet")]
    [InlineData("queue.disk.max_size: 1GB", "'queue.disk' is not supported yet")]
    [InlineData("a:\n\tb: 1", "spaces, not tabs")]
    [InlineData("a: [1", "not valid YAML")]
    public void Bind_WrongInput_SaysWhat(string yaml, string expected)
    {
        var error = Assert.Throws<ConfigException>(() => ConfigDocument.Parse(yaml).Bind<SampleConfig>());

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_SeveralProblems_ReportsAll()
    {
        var document = ConfigDocument.Parse("nonsense: 1\nlog.retention.ms: x\noutput.kafka.enabled: maybe");

        var error = Assert.Throws<ConfigException>(document.Bind<SampleConfig>);

        Assert.Equal([1, 2, 3], error.Errors.Select(problem => problem.Location.Line));
    }

    [Fact]
    public void Override_ReachesIntoLists_AndParsesYaml()
    {
        var document = ConfigDocument.Parse("inputs:\n  - paths: [/a]\n");
        document.Override("inputs.0.paths=[\"/x\", \"/y\"]");
        document.Override("inputs.1.paths=/z");
        document.Override("path.data=/elsewhere");

        var config = document.Bind<SampleConfig>();

        Assert.Equal(["/x", "/y"], config.Inputs[0].Paths);
        Assert.Equal(["/z"], config.Inputs[1].Paths);
        Assert.Equal("/elsewhere", config.DataPath);
    }

    [Fact]
    public void Bind_Variables_AreExpandedWithDefaults()
    {
        var config = ConfigDocument.Parse("path.data: ${LOGFLOW_SURELY_UNSET:/d}/x\nfields: {a: '$${B}', c.d: 1}")
            .Bind<SampleConfig>();

        Assert.Equal("/d/x", config.DataPath);
        Assert.Equal("${B}", config.Fields["a"]);
        Assert.Equal("1", config.Fields["c.d"]);
    }

    [Fact]
    public void Bind_KeyWithoutValue_KeepsTheDefault() =>
        Assert.Equal("/var/lib/sample", ConfigDocument.Parse("path.data:\n").Bind<SampleConfig>().DataPath);

    [Fact]
    public void Export_RoundTrips_AndMasksSecrets()
    {
        var config = ConfigDocument.Parse(
            "output.kafka: {password: hunter2, hosts: [a]}\ninputs: [{paths: [/a], mode: second}]")
            .Bind<SampleConfig>();

        var yaml = ConfigExporter.ToYaml(config);

        Assert.DoesNotContain("hunter2", yaml, StringComparison.Ordinal);
        var again = ConfigDocument.Parse(yaml).Bind<SampleConfig>();
        Assert.Equal(SampleMode.Second, again.Inputs[0].Mode);
        Assert.Equal(["a"], again.Output.Hosts);
    }
}
