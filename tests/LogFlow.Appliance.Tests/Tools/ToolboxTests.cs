using LogFlow.Testing;

namespace LogFlow.Appliance.Tests;

/// <summary>The tools against our queue.</summary>
public sealed class ToolboxTests : IAsyncLifetime, IDisposable
{
    private readonly TempDirectory _folder = new();

    private RunningQueue? _queue;

    private Toolbox Tools => new(_queue!.Endpoint);

    private ToolboxScenarios Scenarios => new(_queue!.Endpoint);

    public async Task InitializeAsync() => _queue = await RunningQueue.StartAsync(_folder.Path);

    public async Task DisposeAsync() => await _queue!.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task Topics_CreatedAlteredDescribedDeleted_AreAsAsked() => Scenarios.TopicsLiveAndDieAsync();

    [Fact]
    public Task Consume_WhatWasProduced_ComesBackAndLeavesNoGroup() => Scenarios.RecordsComeBackAsProducedAsync();

    [Fact]
    public Task Consume_TopicDeletedWhileFollowed_SaysSoAndFails() => Scenarios.FollowingEndsWithTheTopicAsync();

    [Fact]
    public Task Consume_TopicMadeAnewBeforeItsEnd_SaysSo() => Scenarios.TheEndsOfADeletedTopicAreNotAwaitedAsync();

    [Fact]
    public Task Commit_TopicDeleted_FailsInsteadOfWaiting() => Scenarios.CommitsForADeletedTopicFailAsync();

    [Fact]
    public async Task Consume_TopicOrPartitionNotThere_SaysWhatToDo()
    {
        await Tools.OutputOfAsync("topics", "create", "weblogs", "--partitions", "3");

        Assert.Equal(
            new ToolRun(
                1,
                "",
                "topic 'webslogs' does not exist; did you mean 'weblogs'? 'logflow topics list' shows the topics that "
                + "there are, 'logflow topics create' makes one\n"),
            await Tools.RunAsync("consume", "webslogs"));
        Assert.Equal(
            new ToolRun(1, "", "topic 'weblogs' has no partition 3: it has 0 to 2\n"),
            await Tools.RunAsync("consume", "weblogs", "--partition", "3"));
    }

    [Fact]
    public Task Groups_ReadAndReset_GoOnWhereTheyWereSet() => Scenarios.GroupsAreReadDescribedAndResetAsync();

    [Fact]
    public Task Groups_WithMembers_AreNotReset() => Scenarios.ActiveGroupsAreNotResetAsync();

    [RequiresFact(Requirement.Kafka)]
    public Task Groups_OfKafkasConsumerWithTheNewProtocol_AreDescribed() =>
        Scenarios.GroupsOfTheNewProtocolAreDescribedAsync();

    [Fact]
    public async Task Tools_NothingThere_SayWhat()
    {
        Assert.Equal(new ToolRun(0, "", "there is no topic\n"), await Tools.RunAsync("topics", "list"));
        Assert.Equal(new ToolRun(0, "", "there is no group\n"), await Tools.RunAsync("groups", "list"));
        foreach (var command in new[] { "consume absent", "topics describe absent", "topics delete absent",
            "groups describe absent", "groups delete absent", "groups reset-offsets absent --all-topics --to-latest",
            "groups reset-offsets absent --topic absent --to-latest" })
        {
            var run = await Tools.RunAsync(command.Split(' '));
            Assert.Equal((1, ""), (run.ExitCode, run.Output));
            Assert.Contains("absent", run.Notes);
        }
    }

    [Fact]
    public async Task Tools_NobodyListens_SayWhereTheyLooked()
    {
        foreach (var command in new[] { "topics list", "groups list", "produce a", "consume a" })
        {
            var run = await new Toolbox("127.0.0.1:1").RunAsync(command.Split(' '));
            Assert.Equal((1, ""), (run.ExitCode, run.Output));
            Assert.Contains("127.0.0.1:1 cannot be reached", run.Notes);
        }
    }

    [Theory]
    [InlineData("topics alter a")]
    [InlineData("topics alter a --config retention.ms=1 --delete-config retention.ms")]
    [InlineData("topics create a --partitions 0")]
    [InlineData("topics create a --config retention.ms")]
    [InlineData("groups reset-offsets g --to-latest")]
    [InlineData("groups reset-offsets g --all-topics --topic a --to-latest")]
    [InlineData("groups reset-offsets g --all-topics")]
    [InlineData("groups reset-offsets g --all-topics --to-latest --execute --dry-run")]
    [InlineData("consume a --from somewhere")]
    [InlineData("consume a --group g --partition 1")]
    [InlineData("consume a --json --format %s")]
    [InlineData("consume a --count 0")]
    [InlineData("produce a --partition -1")]
    [InlineData("produce a --header novalue")]
    public async Task Tools_UsedWrongly_ExitWithTwo(string command) =>
        Assert.Equal(2, (await Tools.RunAsync(command.Split(' '))).ExitCode);

    [Fact]
    public async Task Produce_RecordsThatAreTooLarge_AreCountedAndTheRestIsTaken()
    {
        await Tools.OutputOfAsync(
            "topics", "create", "small", "--partitions", "1", "--config", "max.message.bytes=2000");
        var large = new string('x', 5000);
        var run = await Tools.RunAsync($"{large}\n", ["produce", "small"]);
        var rest = await Tools.RunAsync("a\nb", ["produce", "small"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("standard input, line 1: refused: ", run.Notes);
        Assert.Contains("0 records produced to small, 1 refused\n", run.Notes);
        Assert.Equal(new ToolRun(0, "", "2 records produced to small\n"), rest);
    }

    [Fact]
    public async Task Produce_Files_AreSentInOrder()
    {
        await Tools.OutputOfAsync("topics", "create", "files", "--partitions", "1");
        var lines = Enumerable.Range(0, 30_000).Select(index => $"line {index}").ToArray();
        await File.WriteAllLinesAsync(_folder.File("a.txt"), lines[..20_000]);
        await File.WriteAllLinesAsync(_folder.File("b.txt"), lines[20_000..]);

        await Tools.ProduceAsync("files", [], _folder.File("a.txt"), _folder.File("b.txt"));
        var missing = await Tools.RunAsync("produce", "files", _folder.File("a.txt"), _folder.File("c.txt"));
        var read = await Tools.OutputOfAsync("consume", "files", "--exit");

        Assert.Equal(1, missing.ExitCode);
        Assert.Equal(lines, read.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Complete_NamesOfTopicsAndGroups_ComeFromTheBroker()
    {
        await Tools.OutputOfAsync("topics", "create", "orders");
        await Tools.OutputOfAsync("topics", "create", "other");
        await Tools.OutputOfAsync(
            "groups", "reset-offsets", "billing", "--topic", "orders", "--to-latest", "--execute");
        var completer = new Appliance.Completer(ApplianceCommandLine.Build(new Appliance.ToolOptions()));

        Assert.Equal(["orders", "other"], Complete("topics", "describe", "-b", _queue!.Endpoint, "o"));
        Assert.Equal(["orders"], Complete("consume", "--bootstrap-server", _queue.Endpoint, "or"));
        Assert.Equal(["billing"], Complete("groups", "-b", _queue.Endpoint, "reset-offsets", ""));
        Assert.Equal(["orders"], Complete("groups", "-b", _queue.Endpoint, "reset-offsets", "g", "--topic", "ord"));

        IEnumerable<string> Complete(params string[] words) => completer.Complete(words);
    }
}
