using System.Net;
using System.Net.Sockets;
using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>What people mistype and machines refuse: one clear message, the right exit code, no stack trace.</summary>
public class BadInputTests
{
    public static TheoryData<string, string, string> WrongConfigurations => new()
    {
        {
            "logflow-agent",
            "filebeat.inputs:\n  - type: filestream\n    pahts: [/var/log/x.log]\noutput.kafka.hosts: ['127.0.0.1']\n",
            "config.yml:3:5: unknown key 'filebeat.inputs[0].pahts'; did you mean 'filebeat.inputs[0].paths'?"
        },
        { "logflow-queue", "num.partitions: many\n", "config.yml:1:" },
        { "logflow-queue", "log.retention.horus: 5\n", "did you mean 'log.retention.hours'?" },
        { "logflow-processor", "pipeline.workers: [1\n", "not valid YAML" },
        {
            "logflow-agent", "output.kafka:\n  kerberos: {enabled: true}\n",
            "'output.kafka.kerberos' is not supported yet"
        },
        {
            "logflow-queue", "log.dirs: ${LOGFLOW_SURELY_UNSET}\n",
            "environment variable LOGFLOW_SURELY_UNSET is not set"
        },
    };

    [Theory]
    [MemberData(nameof(WrongConfigurations))]
    public async Task Config_Wrong_ExitsWith2AndSaysWhere(string executable, string yaml, string expected)
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.File("config.yml"), yaml);

        await using var process = await LogFlowProcess.RunAsync(
            executable, "test", "config", "-c", folder.File("config.yml"));

        AssertRefused(process, 2, expected);
    }

    [Theory]
    [InlineData("filter { mutate { rename => { \"a\" => \"b\" } }", "1:")]
    [InlineData("filter { mutat { } }", "mutate")]
    [InlineData("filter { grok { match => { \"message\" => \"%{COMBINEDAPACHLOG}\" } } }", "COMBINEDAPACHELOG")]
    [InlineData("filter { if [a] == { drop { } } }", "^")]
    public async Task Pipeline_Wrong_ExitsWith2AndSaysWhere(string pipeline, string expected)
    {
        await using var process = await LogFlowProcess.RunAsync(
            "logflow-processor", "test", "config", "-e", pipeline);

        AssertRefused(process, 2, expected);
    }

    [Fact]
    public async Task Pipeline_WrongAtTheStart_IsRefusedBeforeAnythingListens()
    {
        const string pipeline = "filter { mutat { } }";
        const string expected = "config.string:1:10: there is no filter 'mutat'";
        using var folder = new TempDirectory();

        // A port that is taken would be told first by whatever listened first.
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        var port = ((IPEndPoint)holder.LocalEndPoint!).Port;
        await using var alone = await LogFlowProcess.RunAsync(
            "logflow-processor", "-e", pipeline, "-E", $"api.http.port={port}");
        await using var up = await LogFlowProcess.RunAsync(
            "logflow", "up", "--data", folder.Path, "-E", $"processor.config.string={pipeline}",
            "-E", $"queue.port={port}", "-E", $"store.port={port}", "-E", $"console.port={port}");

        AssertRefused(alone, 2, expected);
        AssertRefused(up, 2, expected);
    }

    [Fact]
    public async Task Port_InUse_SaysWhichAndByWhichKeyToChangeIt()
    {
        using var folder = new TempDirectory();
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        var port = ((IPEndPoint)holder.LocalEndPoint!).Port;
        string[] free = ["-E", "queue.port=0", "-E", "store.port=0", "-E", "console.port=0"];
        foreach (var key in new[] { "queue.port", "store.port", "console.port" })
        {
            await using var process = await LogFlowProcess.RunAsync(
                "logflow", ["up", "--data", folder.Path, "--path", "/nowhere/*.log", .. free, "-E", $"{key}={port}"]);

            AssertRefused(process, 1, $"127.0.0.1:{port}");
            Assert.Contains(key, process.Output, StringComparison.Ordinal);
        }
    }

    [RequiresFact(Requirement.Linux)]
    public async Task DataFolder_InUse_NamesTheHolder()
    {
        using var folder = new TempDirectory();
        string[] arguments =
        [
            "up", "--data", folder.Path, "--path", "/nowhere/*.log",
            "-E", "queue.port=0", "-E", "store.port=0", "-E", "console.port=0",
        ];
        await using var first = LogFlowProcess.Start("logflow", arguments);
        await first.WaitForLineAsync("logflow search");

        await using var second = await LogFlowProcess.RunAsync("logflow", arguments);

        AssertRefused(second, 1, $"in use by another process (pid {first.Id})");
        Assert.Contains("No log file is there yet", first.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vectors_OneFails_ExitsWith1AndSaysWhatDiffers()
    {
        using var folder = new TempDirectory();
        var path = folder.File("mine.jsonl");
        const string Config = "filter { mutate { add_field => { 'a' => '1' } } }";
        File.WriteAllLines(path, [Vector("good", "1"), Vector("wrong", "2")]);

        await using var process = await LogFlowProcess.RunAsync("logflow-processor", "test", path);

        AssertRefused(process, 1, "failed wrong: ");
        Assert.Contains("1 passed, 1 failed, 0 not supported, 0 skipped", process.Output, StringComparison.Ordinal);
        await using var none = await LogFlowProcess.RunAsync("logflow-processor", "test");
        AssertRefused(none, 2, "name files with test vectors");

        static string Vector(string id, string value) => $$$"""
            {"id":"{{{id}}}","config":"{{{Config}}}","events":[{"m":"x"}],"expect":[{"m":"x","a":"{{{value}}}"}]}
            """;
    }

    [Fact]
    public async Task Search_NothingListens_SaysSo()
    {
        await using var process = await LogFlowProcess.RunAsync(
            "logflow", "search", "x", "--url", $"127.0.0.1:{FreePort.Next()}");

        AssertRefused(process, 1, "is 'logflow up' running?");
    }

    [Theory]
    [InlineData("up", "--nonsense")]
    [InlineData("serach")]
    [InlineData("search", "x", "--since", "yesterdayish")]
    [InlineData("search", "x", "--limit", "-1")]
    public async Task CommandLine_Wrong_ExitsWith2(params string[] arguments)
    {
        await using var process = await LogFlowProcess.RunAsync("logflow", arguments);

        AssertRefused(process, 2, "");
    }

    private static void AssertRefused(ChildProcess process, int exitCode, string expected)
    {
        Assert.Contains(expected, process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", process.Output, StringComparison.Ordinal);
        Assert.Equal(exitCode, process.ExitCode);
    }
}
