using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>
/// Kafka's own Java consumers change to the new group protocol one after the other, and back, while records come in:
/// each is read, and read once. Where they revoke cooperatively, a few are read twice by their own doing.
/// </summary>
public sealed class RollingChangeTests
{
    private const string GroupId = "g";
    private const int Records = 9000;
    private const int RecordsPerSecond = 150;
    private const int Changes = 8;

    /// <summary>
    /// A cooperative consumer commits before it joins, reads on while it waits for its answer, and then gives up
    /// partitions without another commit: what it read since its last one (every 200 ms) is read again by their next
    /// owner, with any broker. Kafka's ConsumerCoordinator marks partitions as pending revocation for eager ones only.
    /// Two owners at a time would read far more twice.
    /// </summary>
    private const int ReadTwiceMax = Changes * RecordsPerSecond / 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [RequiresTheory(Requirement.Kafka)]
    [InlineData("RangeAssignor", 0)]
    [InlineData("CooperativeStickyAssignor", ReadTwiceMax)]
    public async Task Consumers_ChangeOneByOneThereAndBack_EveryRecordIsReadOnce(string assignor, int twiceMax)
    {
        await using var queue = await TestQueue.StartAsync(config => config.NumPartitions = 4);
        using (var client = await queue.ConnectAsync())
        {
            await client.CreateTopicAsync("logs", 4);
        }

        string[] classic =
        [
            "--consumer-property", $"partition.assignment.strategy=org.apache.kafka.clients.consumer.{assignor}",
            "--consumer-property", "heartbeat.interval.ms=500", "--consumer-property", "metadata.max.age.ms=2000",
        ];
        string[] modern = ["--consumer-property", "group.protocol=consumer"];
        var consumers = new List<ChildProcess>();
        try
        {
            var first = await StartAsync(queue, consumers, classic, 1);
            var second = await StartAsync(queue, consumers, classic, 2);
            var producing = KafkaTool.RunAsync(
                queue, "verifiable-producer", "--topic", "logs", "--max-messages", $"{Records}",
                "--throughput", $"{RecordsPerSecond}");
            var third = await StartAsync(queue, consumers, modern, 3);
            await StopAsync(queue, first, 2);
            var fourth = await StartAsync(queue, consumers, modern, 3);
            await StopAsync(queue, second, 2);
            await StartAsync(queue, consumers, classic, 3);
            await StopAsync(queue, third, 2);
            await StartAsync(queue, consumers, classic, 3);
            await StopAsync(queue, fourth, 2);
            Assert.Equal("Stable", (await DescribeClassicAsync(queue)).GroupState);
            await producing;
            await Eventually.TrueAsync(
                () => Numbers(consumers).Distinct().Count() == Records, "every record", Patience);
            Assert.InRange(Numbers(consumers).Count() - Records, 0, twiceMax);
        }
        finally
        {
            foreach (var consumer in consumers)
            {
                await consumer.DisposeAsync();
            }
        }
    }

    private static async Task<ChildProcess> StartAsync(
        TestQueue queue, List<ChildProcess> consumers, string[] properties, int membersThen)
    {
        var consumer = RealServer.StartKafkaTool(
            "console-consumer",
            [
                "--bootstrap-server", queue.Bootstrap, "--topic", "logs", "--group", GroupId, "--from-beginning",
                "--consumer-property", "auto.commit.interval.ms=200", .. properties,
            ]);
        consumers.Add(consumer);
        await UntilStableAsync(queue, membersThen);
        return consumer;
    }

    private static async Task StopAsync(TestQueue queue, ChildProcess consumer, int membersThen)
    {
        await consumer.StopAsync(Patience);
        await UntilStableAsync(queue, membersThen);
    }

    /// <summary>The group, by whichever protocol, has so many members, and each has its part.</summary>
    private static Task UntilStableAsync(TestQueue queue, int members) => Eventually.TrueAsync(
        async () =>
        {
            using var client = await queue.ConnectAsync();
            var modern = (await client.AskAsync<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(
                new ConsumerGroupDescribeRequest { GroupIds = [GroupId] }, 1)).Groups[0];
            var classic = await DescribeClassicAsync(queue);
            return (modern.GroupState == "Stable" && modern.Members.Count == members)
                || (classic.GroupState == "Stable" && classic.Members.Count == members);
        },
        $"a stable group of {members} members",
        Patience);

    private static async Task<DescribeGroupsResponse.DescribedGroup> DescribeClassicAsync(TestQueue queue)
    {
        using var client = await queue.ConnectAsync();
        return (await client.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            new DescribeGroupsRequest { Groups = [GroupId] }, 5)).Groups[0];
    }

    private static IEnumerable<int> Numbers(List<ChildProcess> consumers) => consumers
        .SelectMany(consumer => consumer.Output.Split('\n'))
        .Where(line => int.TryParse(line, out _))
        .Select(int.Parse);
}
