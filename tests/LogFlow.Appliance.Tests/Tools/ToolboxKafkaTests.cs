using LogFlow.Testing;

namespace LogFlow.Appliance.Tests.Tools;

/// <summary>The tools against Apache Kafka.</summary>
public sealed class ToolboxKafkaTests
{
    [RequiresFact(Requirement.Kafka)]
    public async Task Toolbox_AgainstKafka_DoesWhatItDoesAgainstOurQueue()
    {
        using var folder = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(folder.Path, "group.initial.rebalance.delay.ms=0");
        var scenarios = new ToolboxScenarios(kafka.Address);

        await scenarios.TopicsLiveAndDieAsync();
        await scenarios.RecordsComeBackAsProducedAsync();
        await scenarios.GroupsAreReadDescribedAndResetAsync();
        await scenarios.ActiveGroupsAreNotResetAsync();
        await DescribesGroupsOfTheNewProtocolAsync(kafka);
    }

    /// <summary>KIP-848: DescribeGroups does not know such a group.</summary>
    private static async Task DescribesGroupsOfTheNewProtocolAsync(RealServer kafka)
    {
        var tools = new Toolbox(kafka.Address);
        await tools.OutputOfAsync("topics", "create", "modern", "--partitions", "1");
        await tools.ProduceAsync("modern", ["the only record"]);
        await using var consumer = RealServer.StartKafkaTool(
            "console-consumer", "--bootstrap-server", kafka.Address, "--topic", "modern", "--group", "g848",
            "--from-beginning", "--consumer-property", "group.protocol=consumer");
        await consumer.WaitForLineAsync("the only record");

        var text = await tools.OutputOfAsync("groups", "describe", "g848");
        var list = await tools.OutputOfAsync("groups", "list");
        var reset = await tools.RunAsync("groups", "reset-offsets", "g848", "--topic", "modern", "--to-latest");

        Assert.Contains("g848  Stable, type consumer, assignor uniform, 1 member", text);
        Assert.Matches(@"\n  modern +0 +\S+ +1 +\S+ +console-consumer/\S+ +127\.0\.0\.1\n", text);
        Assert.Matches(@"\ng848 +consumer +consumer +Stable\n", list);
        Assert.Equal(1, reset.ExitCode);
        Assert.Contains("active members", reset.Notes);
    }
}
