using System.Collections.Concurrent;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>Consumer groups at Apache Kafka's own coordinator.</summary>
[Collection(nameof(RealKafkaCollection))]
public sealed class RealKafkaGroupTests(RealKafkaFixture kafka)
{
    private const int PartitionCount = 6;

    [RequiresFact(Requirement.Kafka)]
    public Task Group_CooperativeMembersComeAndGo_CommittedWorkIsNeitherLostNorDoubled() =>
        RunAsync("cooperative", [GroupAssignor.CooperativeSticky]);

    [RequiresFact(Requirement.Kafka)]
    public Task Group_EagerMembersComeAndGo_CommittedWorkIsNeitherLostNorDoubled() =>
        RunAsync("eager", [GroupAssignor.Range, GroupAssignor.CooperativeSticky]);

    [RequiresFact(Requirement.Kafka)]
    public async Task Group_TopicGrows_NewPartitionsAreRead()
    {
        await using var client = Some.Client(
            kafka.Address, options => options with { MetadataMaxAge = TimeSpan.FromMilliseconds(300) });
        var admin = new AdminClient(client);
        await admin.CreateTopicAsync(new NewTopic("grows", 1, 1), Some.Deadline());
        await using var consumer = new GroupConsumer(
            client, new GroupConsumerOptions { GroupId = "grows", Topics = ["grows"] }, NullLoggerFactory.Instance);
        consumer.Start();
        await Eventually.TrueAsync(() => consumer.Assignment.Count == 1, "the first assignment");

        Assert.Equal(ErrorCode.None, await admin.CreatePartitionsAsync("grows", 3, Some.Deadline()));

        await Eventually.TrueAsync(() => consumer.Assignment.Count == 3, "all three partitions");
        await ProduceAsync(client, "grows", 2, 5);
        using var batch = await consumer.PollAsync(Some.Deadline());
        Assert.Equal(new TopicPartition("grows", 2), batch.TopicPartition);
    }

    [RequiresTheory(Requirement.Kafka)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Group_TopicDoesNotExistYet_IsReadOnceItDoes(bool autoCreate)
    {
        var topic = $"later-{autoCreate}".ToLowerInvariant();
        await using var client = Some.Client(kafka.Address);
        var options = new GroupConsumerOptions
        {
            GroupId = topic,
            Topics = [topic],
            AllowAutoCreateTopics = autoCreate,
        };
        await using var consumer = new GroupConsumer(client, options, NullLoggerFactory.Instance);
        consumer.Start();
        await Eventually.TrueAsync(() => consumer.Membership.Generation > 0, "the first generation");

        await ProduceAsync(client, topic, 0, 3);

        using var batch = await consumer.PollAsync(Some.Deadline());
        Assert.Equal("value 0", Some.Text(batch.Records[0].Value));
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task StaticMember_StopsAndReturns_KeepsItsPartitionsWithoutRebalance()
    {
        await using var client = Some.Client(kafka.Address);
        await new AdminClient(client).CreateTopicAsync(new NewTopic("static", PartitionCount, 1), Some.Deadline());
        var options = new GroupConsumerOptions { GroupId = "static", Topics = ["static"] };
        await using var other = new GroupConsumer(
            client, options with { GroupInstanceId = "a" }, NullLoggerFactory.Instance);
        var first = new GroupConsumer(client, options with { GroupInstanceId = "b" }, NullLoggerFactory.Instance);
        other.Start();
        first.Start();
        await Eventually.TrueAsync(
            () => other.Assignment.Count == 3 && first.Assignment.Count == 3, "three partitions each");
        var generation = other.Membership.Generation;
        var had = first.Assignment.Order(ByPartition).ToArray();
        await first.DisposeAsync();

        await using var second = new GroupConsumer(
            client, options with { GroupInstanceId = "b" }, NullLoggerFactory.Instance);
        second.Start();

        await Eventually.TrueAsync(() => second.Assignment.Count == 3, "its partitions again");
        Assert.Equal(had, second.Assignment.Order(ByPartition));
        Assert.Equal(generation, other.Membership.Generation);
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task StaticLeader_TopicGrewWhileItWasAway_ReadsTheNewPartitions()
    {
        await using var client = Some.Client(kafka.Address);
        var admin = new AdminClient(client);
        await admin.CreateTopicAsync(new NewTopic("grew", 2, 1), Some.Deadline());
        var options = new GroupConsumerOptions { GroupId = "grew", Topics = ["grew"], GroupInstanceId = "a" };
        await using (var first = new GroupConsumer(client, options, NullLoggerFactory.Instance))
        {
            first.Start();
            await Eventually.TrueAsync(() => first.Assignment.Count == 2, "the first assignment");
        }

        Assert.Equal(ErrorCode.None, await admin.CreatePartitionsAsync("grew", 5, Some.Deadline()));

        // Its old division is in force, and its metadata is fresh for minutes.
        await using var second = new GroupConsumer(client, options, NullLoggerFactory.Instance);
        second.Start();
        await Eventually.TrueAsync(() => second.Assignment.Count == 5, "all five partitions");
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task Consumer_ResolverSeekAndPause_DecideWhatIsRead()
    {
        await using var client = Some.Client(kafka.Address);
        await new AdminClient(client).CreateTopicAsync(new NewTopic("seek", 1, 1), Some.Deadline());
        await ProduceAsync(client, "seek", 0, 100);
        var partition = new TopicPartition("seek", 0);
        await using var consumer = new GroupConsumer(
            client, new GroupConsumerOptions { GroupId = "seek", Topics = ["seek"] }, NullLoggerFactory.Instance)
        {
            StartOffsetResolver = (_, topicId, _) => new ValueTask<long?>(topicId == Guid.Empty ? null : 40),
        };
        using (var batch = await consumer.PollAsync(Some.Deadline()))
        {
            Assert.Equal(40, batch.FirstOffset);
            Assert.Equal(40, batch.Records[0].Offset);
        }

        consumer.Seek(partition, 7);
        using (var batch = await consumer.PollAsync(Some.Deadline()))
        {
            Assert.Equal(7, batch.FirstOffset);
            Assert.Equal("value 7", Some.Text(batch.Records[0].Value));
        }

        consumer.Pause([partition]);
        consumer.Seek(partition, 90);
        Assert.Null(consumer.TryPoll());
        consumer.Resume([partition]);
        using (var batch = await consumer.PollAsync(Some.Deadline()))
        {
            Assert.Equal(90, batch.FirstOffset);
            Assert.Equal(100, batch.NextOffset);
        }
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task Consumer_RetentionWasFaster_GoesOnAtTheStartAndCoversTheGap()
    {
        await using var client = Some.Client(kafka.Address);
        var admin = new AdminClient(client);
        await admin.CreateTopicAsync(new NewTopic("retention", 1, 1), Some.Deadline());
        await ProduceAsync(client, "retention", 0, 50);
        Assert.Equal(30, await admin.DeleteRecordsAsync(new TopicPartition("retention", 0), 30, Some.Deadline()));
        await using var consumer = new GroupConsumer(
            client,
            new GroupConsumerOptions { GroupId = "retention", Topics = ["retention"] },
            NullLoggerFactory.Instance)
        {
            StartOffsetResolver = static (_, _, _) => new ValueTask<long?>(10),
        };

        using var batch = await consumer.PollAsync(Some.Deadline());

        Assert.Equal(10, batch.FirstOffset);
        Assert.Equal(30, batch.Records[0].Offset);
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task ConsoleConsumer_ReadsWhatWeWrote()
    {
        await using var client = Some.Client(kafka.Address);
        await ProduceAsync(client, "console", 0, 20);

        var tool = await RealServer.RunKafkaToolAsync(
            "console-consumer", "--bootstrap-server", kafka.Address, "--topic", "console", "--from-beginning",
            "--max-messages", "20", "--timeout-ms", "60000");

        for (var index = 0; index < 20; index++)
        {
            Assert.Contains($"value {index}", tool.Output);
        }
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task Admin_GroupsAndTopics_AreListedDescribedAndDeleted()
    {
        await using var client = Some.Client(kafka.Address);
        var admin = new AdminClient(client);
        await admin.CreateTopicAsync(new NewTopic("admin", 2, 1), Some.Deadline());
        var again = await admin.CreateTopicAsync(new NewTopic("admin", 2, 1), Some.Deadline());
        Assert.Equal(ErrorCode.TopicAlreadyExists, again.Error);
        Assert.Contains(await admin.ListTopicsAsync(Some.Deadline()), topic => topic.Name == "admin");
        Assert.Single((await admin.DescribeClusterAsync(Some.Deadline())).Brokers);
        await using (var consumer = new GroupConsumer(
            client, new GroupConsumerOptions { GroupId = "admin", Topics = ["admin"] }, NullLoggerFactory.Instance))
        {
            consumer.Start();
            await Eventually.TrueAsync(() => consumer.Assignment.Count == 2, "the assignment");
            await consumer.CommitAsync(
                new Dictionary<TopicPartition, long> { [new TopicPartition("admin", 1)] = 0 }, Some.Deadline());
            var group = await admin.DescribeGroupAsync("admin", Some.Deadline());
            Assert.Equal("Stable", group.State);
            Assert.Equal(2, Assert.Single(group.Members).Assignment.Count);
            Assert.Equal(ErrorCode.NonEmptyGroup, await admin.DeleteGroupAsync("admin", Some.Deadline()));
        }

        Assert.Contains(await admin.ListGroupsAsync(Some.Deadline()), group => group.GroupId == "admin");
        Assert.Equal("Empty", (await admin.DescribeGroupAsync("admin", Some.Deadline())).State);
        var committed = await admin.ListCommittedOffsetsAsync("admin", null, Some.Deadline());
        Assert.Equal(new TopicPartition("admin", 1), Assert.Single(committed).Key);
        Assert.Equal(ErrorCode.None, await admin.DeleteGroupAsync("admin", Some.Deadline()));
        Assert.Equal(ErrorCode.None, await admin.DeleteTopicAsync("admin", Some.Deadline()));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await admin.DeleteTopicAsync("no-such-topic", Some.Deadline()));
    }

    private static Comparer<TopicPartition> ByPartition { get; } =
        Comparer<TopicPartition>.Create(static (a, b) => a.Partition.CompareTo(b.Partition));

    private async Task RunAsync(string name, GroupAssignor[] assignors)
    {
        const int recordCount = 6000;
        var topic = $"group-{name}";
        await using var client = Some.Client(kafka.Address);
        await new AdminClient(client).CreateTopicAsync(new NewTopic(topic, PartitionCount, 1), Some.Deadline());
        var options = new GroupConsumerOptions
        {
            GroupId = topic,
            Topics = [topic],
            Assignors = assignors,
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        };
        var ledger = new ConcurrentDictionary<(TopicPartition, long), int>();
        var producing = ProduceSlowlyAsync(client, topic, recordCount);
        await using var first = new GroupWorker(kafka.Address, options, ledger);
        await Eventually.TrueAsync(() => first.Consumer.Assignment.Count == PartitionCount, "all partitions");
        var second = new GroupWorker(kafka.Address, options, ledger);
        await using var third = new GroupWorker(kafka.Address, options, ledger);
        GroupWorker[] all = [first, second, third];
        await Eventually.TrueAsync(
            () => all.All(worker => worker.Consumer.Assignment.Count == PartitionCount / 3), "two partitions each");
        await second.DisposeAsync();
        await Eventually.TrueAsync(
            () => first.Consumer.Assignment.Count == 3 && third.Consumer.Assignment.Count == 3,
            "three partitions each");
        await producing;

        await Eventually.TrueAsync(() => ledger.Count == recordCount, $"{recordCount} records");
        Assert.All(ledger.Values, count => Assert.Equal(1, count));
        Assert.Equal(0, first.LostCount + second.LostCount + third.LostCount);
        if (assignors is [GroupAssignor.CooperativeSticky])
        {
            // Only what moved was taken away: four partitions to the newcomers.
            Assert.Equal(PartitionCount - 2, first.RevokedCount);
        }
    }

    private static async Task ProduceSlowlyAsync(KafkaClient client, string topic, int count)
    {
        await using var producer = new KafkaProducer(client, new KafkaProducerOptions { Linger = TimeSpan.Zero });
        for (var index = 0; index < count; index += 20)
        {
            var sends = Enumerable.Range(index, 20).Select(n => producer.SendAsync(
                new ProducerRecord
                {
                    Topic = topic,
                    Partition = n % PartitionCount,
                    Value = Encoding.UTF8.GetBytes($"value {n}"),
                },
                Some.Deadline()));
            Assert.All(await Task.WhenAll(sends), result => Assert.True(result.IsSuccess));
        }
    }

    private static async Task ProduceAsync(KafkaClient client, string topic, int partition, int count)
    {
        await using var producer = new KafkaProducer(client, new KafkaProducerOptions());
        var sends = Enumerable.Range(0, count).Select(n => producer.SendAsync(
            new ProducerRecord { Topic = topic, Partition = partition, Value = Encoding.UTF8.GetBytes($"value {n}") },
            Some.Deadline())).ToList();
        Assert.All(await Task.WhenAll(sends), result => Assert.True(result.IsSuccess, result.ToString()));
    }
}
