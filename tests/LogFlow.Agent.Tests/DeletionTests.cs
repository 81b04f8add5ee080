using System.Diagnostics;
using LogFlow.Hosting;
using LogFlow.Testing;

namespace LogFlow.Agent.Tests;

/// <summary><c>delete.*</c>: a file goes when all of it has arrived and is known to have, and not before.</summary>
public sealed class DeletionTests
{
    [Fact]
    public async Task File_ReadAndAcknowledged_IsDeletedAfterTheGracePeriod()
    {
        await using var harness = new AgentHarness(config => Delete(config, TimeSpan.FromMilliseconds(300)));
        harness.Append("a.log", "one\ntwo\n");
        await harness.StartAsync();
        await GoneAsync(harness, "a.log");
        Assert.Equal(2, harness.Queue.Count);
        await Eventually.TrueAsync(
            () => harness.Agent.GetStatus()! is { FilesWatched: 0, FilesOpen: 0 }, "closed and forgotten");
        Assert.Equal(1, harness.Agent.Counters.Deleted);
        Assert.Equal(0, harness.Agent.GetStatus()!.BytesLost);
        Assert.Contains("all of its 8 bytes are acknowledged", harness.Loggers.ToString(), StringComparison.Ordinal);
        await harness.FinishAsync(2);
    }

    [Fact]
    public async Task File_NotAcknowledged_Stays()
    {
        await using var harness = new AgentHarness(config => Delete(config, TimeSpan.Zero));
        harness.Append("warm.log", "warm\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        harness.Queue.Block();
        harness.Append("a.log", "one\n");
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesRead == 2, "the line to be read");
        await RoundsAsync(harness, 6);
        Assert.True(File.Exists(harness.PathOf("a.log")));

        harness.Queue.Unblock();
        await GoneAsync(harness, "a.log");
        await harness.FinishAsync(2);
    }

    [Fact]
    public async Task File_WrittenInTheGracePeriod_IsReadOnAndItsPeriodBeginsAnew()
    {
        var grace = TimeSpan.FromSeconds(2);
        await using var harness = new AgentHarness(config => Delete(config, grace));
        harness.Append("a.log", "one\n");
        await harness.StartAsync();
        var lines = 1;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < grace * 2.5; lines++)
        {
            await harness.HasAsync(lines);
            await Eventually.TrueAsync(
                () => harness.Agent.GetFiles().All(static file => !file.IsOpen), "it to be closed");
            Assert.True(File.Exists(harness.PathOf("a.log")));
            harness.Append("a.log", "more\n");
        }

        await GoneAsync(harness, "a.log");
        await harness.FinishAsync(lines);
    }

    [Fact]
    public async Task File_ReadByAFormerRun_IsDeletedByTheNext()
    {
        await using var harness = new AgentHarness();
        harness.Append("a.log", "one\n");
        await harness.StartAsync();
        await harness.FinishAsync(1);
        await harness.StartAsync(config => Delete(config, TimeSpan.Zero));
        await GoneAsync(harness, "a.log");
        await harness.FinishAsync(1);
    }

    /// <summary>Another file took its name while it waited to be deleted.</summary>
    [Fact]
    public async Task File_ReplacedByAnother_LosesNothing()
    {
        await using var harness = new AgentHarness(config => Delete(config, TimeSpan.FromSeconds(1)));
        harness.Append("a.log", "one\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        File.Move(harness.PathOf("a.log"), harness.PathOf("kept"));
        harness.Append("a.log", "another\n");
        await GoneAsync(harness, "a.log");
        Assert.True(File.Exists(harness.PathOf("kept")));
        await harness.FinishAsync(2);
    }

    [Fact]
    public async Task File_OfTwoOutputs_WaitsForTheSlowerOne()
    {
        using var folder = new TempDirectory();
        await using var harness = new AgentHarness(config =>
        {
            Delete(config, TimeSpan.Zero);
            config.Kafka = new KafkaOutputConfig();
            config.File = new FileOutputConfig { Path = folder.File("out"), FileName = "lines" };
        });

        // A file stands where the folder of the second output has to be.
        await File.WriteAllTextAsync(folder.File("out"), "");
        harness.Append("a.log", "one\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        var deletes = Assert.Single(
            harness.Agent.Pipelines!.SelectMany(static pipeline => pipeline.Parts.Inputs),
            static input => input.AskedBeforeDeletion is not null);

        // Each look at the closed file is a step; in a folder where nothing happens there are no others.
        var before = deletes.Steps;
        await Eventually.TrueAsync(
            () => deletes.Steps >= before + 4 || !File.Exists(harness.PathOf("a.log")), "several looks");
        Assert.True(File.Exists(harness.PathOf("a.log")));

        File.Delete(folder.File("out"));
        await GoneAsync(harness, "a.log");
        await harness.FinishAsync(1);
    }

    [Theory]
    [InlineData("delete.enabled: true\n    type: log", "is for inputs of type filestream, not of 'log'")]
    [InlineData("delete.enabled: true\n    close.on_state_change.inactive: 0s", "needs files to be closed")]
    [InlineData("delete.enabled: true\n    ignore_older: 24h", "would delete what ignore_older")]
    [InlineData("delete.enabled: true\n    prospector.scanner.symlinks: true", "deletes no links")]
    [InlineData("delete.grace_period: -1s", "must not be negative")]
    public void Settings_ThatWouldLoseLines_AreRefused(string settings, string expected)
    {
        var yaml = $"output.kafka.hosts: ['a:9092']\nfilebeat.inputs:\n  - paths: [/a]\n    {settings}\n";
        var error = Assert.Throws<ConfigException>(() => ConfigDocument.Parse(yaml).Bind<AgentConfig>());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static void Delete(AgentConfig config, TimeSpan grace)
    {
        config.Inputs[0].DeleteEnabled = true;
        config.Inputs[0].DeleteGracePeriod = grace;
        config.Inputs[0].CloseOnEof = true;
    }

    private static Task GoneAsync(AgentHarness harness, string name) => Eventually.TrueAsync(
        () => !File.Exists(harness.PathOf(name)), $"{name} to be deleted; log:\n{harness.Loggers}");

    /// <summary>Rounds of looking after files: in each another file comes, is removed, and is forgotten.</summary>
    private static async Task RoundsAsync(AgentHarness harness, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var probe = harness.PathOf($"probe{round}.log");
            await File.WriteAllTextAsync(probe, "");
            await Eventually.TrueAsync(
                () => harness.Agent.GetFiles().Any(file => file.Path == probe), "the probe to be seen");
            File.Delete(probe);
            await Eventually.TrueAsync(
                () => harness.Agent.GetFiles().All(file => file.Path != probe), "the probe to be forgotten");
        }
    }
}
