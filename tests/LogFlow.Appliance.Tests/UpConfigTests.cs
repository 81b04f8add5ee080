namespace LogFlow.Appliance.Tests;

public sealed class UpConfigTests
{
    /// <summary>A key that is taken and not obeyed is said, whichever executable takes it.</summary>
    [Fact]
    public async Task TestConfig_KeysThatMeanNothingHere_AreNamed()
    {
        var (output, warnings) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var exitCode = await ApplianceCommandLine.Build(new ToolOptions())
            .Parse(
            [
                "test", "config", "-E", "agent.setup.kibana.host=k:5601", "-E", "queue.num.network.threads=8",
                "-E", "agent.filebeat.inputs=[{type: filestream, id: a, paths: [/var/log/a.log]}]",
            ])
            .InvokeAsync(new() { Output = output, Error = warnings, EnableDefaultExceptionHandler = false });

        Assert.Equal(0, exitCode);
        Assert.Contains("'agent.setup' sets up nothing", warnings.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            "queue.num.network.threads: without meaning for a queue of one node, and passed over.\nConfig OK\n",
            output.ToString());
    }
}
