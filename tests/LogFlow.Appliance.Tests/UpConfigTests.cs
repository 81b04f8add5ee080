using LogFlow.Hosting;

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

    /// <summary>Nothing goes in clear and nobody is unknown, where others can connect.</summary>
    [Theory]
    [InlineData("console.ssl.certificate", "console.host=0.0.0.0")]
    [InlineData("console.ssl.certificate", "console.host=0.0.0.0", "console.ssl.enabled=false")]
    [InlineData(
        "which is not in this process", "console.host=0.0.0.0", "store.enabled=false", "processor.enabled=false")]
    [InlineData("name:password", "store.security.initial_users=[nobody]")]
    [InlineData("name:password", "store.security.initial_users=[\"a:short\"]")]
    public void Bind_OpenToOthersWithoutTlsOrUsers_NamesTheRemedy(string remedy, params string[] settings)
    {
        var error = Assert.Throws<ConfigException>(
            () => ConfigDocument.Load([], settings).Bind<UpConfig>(out _));

        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a:short", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("console.host=127.0.0.1")]
    [InlineData("console.host=0.0.0.0", "store.security.enabled=false")]
    public void Bind_ForThisMachine_OrToldSo_NeedsNeither(params string[] settings) =>
        Assert.False(ConfigDocument.Load([], settings).Bind<UpConfig>(out _).IsConsoleOpenToOthers);
}
