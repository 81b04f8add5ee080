using LogFlow.Testing;

namespace LogFlow.Appliance.Tests;

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
        await scenarios.FollowingEndsWithTheTopicAsync();
        await scenarios.CommitsForADeletedTopicFailAsync();
        await scenarios.TheEndsOfADeletedTopicAreNotAwaitedAsync();
        await scenarios.GroupsAreReadDescribedAndResetAsync();
        await scenarios.ActiveGroupsAreNotResetAsync();
        await scenarios.GroupsOfTheNewProtocolAreDescribedAsync();
    }
}
