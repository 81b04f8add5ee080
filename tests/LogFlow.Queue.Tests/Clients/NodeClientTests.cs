namespace LogFlow.Queue.Tests;

/// <summary>The Kafka clients of Node.js against the queue; what they do is in Clients/Node.</summary>
public sealed class NodeClientTests
{
    [NodeFact]
    public async Task Kafkajs_CodecsGroupsOffsetsAndAdmin_Pass()
    {
        await using var queue = await TestQueue.StartAsync();
        await NodeClients.RunAsync("kafkajs.cjs", queue.Bootstrap);
    }

    [NodeFact]
    public async Task Platformatic_CodecsGroupsOfBothProtocolsOffsetsAndAdmin_Pass()
    {
        await using var queue = await TestQueue.StartAsync(
            config =>
            {
                config.GroupConsumerMinHeartbeatIntervalMs = 300;
                config.GroupConsumerHeartbeatIntervalMs = 300;
            });
        await NodeClients.RunAsync("platformatic.mjs", queue.Bootstrap);
    }
}
