using LogFlow.Hosting;
using LogFlow.Testing;

namespace LogFlow.Agent.Tests;

/// <summary><c>filebeat.config.inputs.reload</c>: inputs come, change and go while the agent runs.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public ReloadTests() => Directory.CreateDirectory(_folder.File("inputs.d"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Input_ThatComes_IsReadAndOthersAreLeftAlone()
    {
        await using var harness = new AgentHarness();
        Write("a", Input(harness, "a"));
        harness.AppendLines("a.log", 0, 10);
        await StartAsync(harness);
        await harness.HasAsync(10);
        var first = Assert.Single(harness.Agent.Parts!.Inputs);

        harness.AppendLines("b.log", 0, 10);
        Write("b", Input(harness, "b"));
        await harness.HasAsync(20);
        Assert.Same(first, harness.Agent.Parts!.Inputs[0]);
        Assert.False(first.Completion.IsCompleted);
        harness.AppendLines("a.log", 10, 10);
        await harness.FinishAsync(30);
        Assert.Equal(0, harness.Queue.Duplicates);
    }

    [Fact]
    public async Task Agent_WithoutAnyInput_WaitsForTheFirst()
    {
        await using var harness = new AgentHarness();
        harness.AppendLines("a.log", 0, 10);
        await StartAsync(harness);
        Write("a", Input(harness, "a"));
        await harness.FinishAsync(10);
    }

    [Fact]
    public async Task Input_ThatGoesAndComesBack_GoesOnWhereItWas()
    {
        await using var harness = new AgentHarness();
        Write("a", Input(harness, "a"));
        Write("b", Input(harness, "b"));
        harness.AppendLines("a.log", 0, 10);
        await StartAsync(harness);
        await harness.HasAsync(10);
        File.Delete(_folder.File("inputs.d", "a.yml"));
        await InputsAreAsync(harness, "b");
        harness.AppendLines("a.log", 10, 10);
        harness.AppendLines("b.log", 0, 5);
        await harness.HasAsync(15);
        Assert.DoesNotContain(harness.Agent.GetFiles(), file => file.Path == harness.PathOf("a.log"));

        Write("a", Input(harness, "a"));
        await harness.FinishAsync(25);
        Assert.Equal(25, harness.Queue.Messages().Distinct().Count());
    }

    /// <summary>Its lines are under way, unacknowledged, when it is changed.</summary>
    [Fact]
    public async Task Input_ThatChangesUnderLoad_LosesAndDoublesNothing()
    {
        await using var harness = new AgentHarness();
        Write("a", Input(harness, "a"));
        await StartAsync(harness);
        for (var round = 0; round < 3; round++)
        {
            var former = harness.Agent.Parts!.Inputs[0];
            harness.AppendLines("a.log", round * 2000, 1000);
            await harness.HasAsync((round * 2000) + 1000);
            harness.Queue.Block();
            harness.AppendLines("a.log", (round * 2000) + 1000, 1000);
            var expected = (round + 1) * 2000;
            await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesRead == expected, "read");
            Write("a", Input(harness, "a") + $"  tags: [round{round}]\n");
            await Eventually.TrueAsync(
                () => former.Describe().All(static file => !file.IsOpen), "the former one to be closed");
            harness.Queue.Unblock();
            await Eventually.TrueAsync(
                () => harness.Agent.Parts!.Inputs is [var input] && input != former, "another one");
        }

        await harness.FinishAsync(6000);
        Assert.Equal(6000, harness.Queue.Messages().Distinct().Count());
        Assert.Contains("started anew: a", harness.Loggers.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_ThatIsBroken_IsOneLineAndLeavesWhatRuns()
    {
        await using var harness = new AgentHarness();
        Write("a", Input(harness, "a"));
        await StartAsync(harness);
        Write("b", Input(harness, "b") + "  pahts: [x]\n");
        await Eventually.TrueAsync(() => CountOf(harness, "cannot be used") == 1, "the mistake to be said");
        Assert.Contains("did you mean", harness.Loggers.ToString(), StringComparison.Ordinal);
        harness.AppendLines("a.log", 0, 10);
        harness.AppendLines("b.log", 0, 10);
        await harness.HasAsync(10);

        Write("b", Input(harness, "b"));
        await harness.FinishAsync(20);
        Assert.Equal(1, CountOf(harness, "cannot be used"));
    }

    [Fact]
    public async Task Module_ThatIsEnabled_IsRead()
    {
        await using var harness = new AgentHarness();
        await StartAsync(harness, "modules");
        harness.AppendLines("access.log", 0, 10);
        Write("nginx", $$"""
            - module: nginx
              access: {enabled: true, var.paths: ["{{harness.PathOf("access.log")}}"]}
              error: {enabled: false}
            """);
        await harness.FinishAsync(10);
    }

    private static string Input(AgentHarness harness, string id) => $"""
        - type: filestream
          id: {id}
          paths: ["{harness.PathOf(id + ".log")}"]
          prospector.scanner.check_interval: 50ms

        """;

    private static int CountOf(AgentHarness harness, string text) =>
        harness.Loggers.ToString()!.Split(text).Length - 1;

    private static Task InputsAreAsync(AgentHarness harness, params string[] ids) => Eventually.TrueAsync(
        () => harness.Agent.Parts!.Inputs.Select(static input => input.Id).SequenceEqual(ids), string.Join(", ", ids));

    private void Write(string name, string yaml) => File.WriteAllText(_folder.File("inputs.d", name + ".yml"), yaml);

    private async Task StartAsync(AgentHarness harness, string kind = "inputs")
    {
        var file = _folder.File("filebeat.yml");
        await File.WriteAllTextAsync(file, $$"""
            filebeat.config.{{kind}}: {path: inputs.d/*.yml, reload.enabled: true, reload.period: 50ms}
            output.kafka.hosts: ["127.0.0.1:9092"]
            """);
        var loaded = ConfigDocument.Load([file], [], [], new FilebeatDialect()).Bind<AgentConfig>();
        await harness.StartAsync(config =>
        {
            (config.Inputs, config.MayBeIdle) = (loaded.Inputs, loaded.MayBeIdle);
            (config.ReloadPaths, config.ReloadPeriod) = (loaded.ReloadPaths, loaded.ReloadPeriod);
            config.ReadAgain = loaded.ReadAgain;
        });
    }
}
