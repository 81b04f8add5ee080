using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Testing;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>When what is fetched, and how long it may wait at the broker.</summary>
public sealed class FetcherTests
{
    // The default of fetch.max.wait.ms.
    private const int WaitMs = 500;

    private static readonly TopicPartition First = new(FakeCluster.Topic, 0);
    private static readonly TopicPartition Second = new(FakeCluster.Topic, 1);

    [Fact]
    public async Task Fetch_BesideAPartitionThatNobodyTakes_WaitsAtTheBrokerAsLongAsItMay()
    {
        var cluster = new FakeCluster(partitionCount: 2) { FetchGate = WhileEmpty };
        Fill(cluster, 10);
        await using var client = cluster.Client();
        await using var consumer = Consumer(client);

        // Nobody polls: what is wanted at last is the empty partition alone.
        await Eventually.TrueAsync(
            () => Requests(cluster).Exists(request => request.MaxWaitMs == WaitMs && IsOfSecondAlone(request)),
            "a fetch of the empty partition that waits as long as it may");

        // Each before it waited twice as long as the one before.
        var shorter = Requests(cluster).Where(request => request.MaxWaitMs < WaitMs && IsOfSecondAlone(request));
        Assert.InRange(shorter.Count(), 0, 6);
    }

    [Fact]
    public async Task Fetch_PartitionGetsRoomWhileAnotherWaitsAtTheBroker_DoesNotWaitForThat()
    {
        var cluster = new FakeCluster(partitionCount: 2) { FetchGate = WhileEmpty };
        Fill(cluster, 10);
        await using var client = cluster.Client();
        await using var consumer = Consumer(client);
        await Eventually.TrueAsync(() => Requests(cluster).Exists(IsOfSecondAlone), "a fetch of the empty partition");

        // It waits for ever in this test; the other partition is read to its end beside it.
        for (var count = 0; count < 10;)
        {
            using var batch = await consumer.PollAsync(Some.Deadline());
            count += batch.Count;
        }

        var behind = cluster.Logs[0].EndOffset;
        await Eventually.TrueAsync(() => Requests(cluster).Exists(
            request => Offset(request, First.Partition) == behind), "a fetch behind the last batch");
    }

    private static PartitionConsumer Consumer(KafkaClient client)
    {
        // The share of a partition is 64 KiB.
        var consumer = new PartitionConsumer(client, new PartitionConsumerOptions { PrefetchBytesMax = 1 });
        consumer.Assign(First, FakeCluster.TopicId, 0);
        consumer.Assign(Second, FakeCluster.TopicId, 0);
        return consumer;
    }

    private static void Fill(FakeCluster cluster, int count)
    {
        for (var index = 0; index < count; index++)
        {
            cluster.Logs[0].Append(Some.RecordBatch(ProducerIdentity.None, -1, new string('x', 60_000)));
        }
    }

    /// <summary>A fetch of the empty partition alone that may wait long is never answered.</summary>
    private static Task WhileEmpty(FetchRequest request) =>
        IsOfSecondAlone(request) && request.MaxWaitMs == WaitMs ? new TaskCompletionSource().Task : Task.CompletedTask;

    private static bool IsOfSecondAlone(FetchRequest request) =>
        Offset(request, Second.Partition) is not null && Offset(request, First.Partition) is null;

    private static List<FetchRequest> Requests(FakeCluster cluster) => cluster.FetchesSoFar();

    private static long? Offset(FetchRequest request, int partition) =>
        request.Topics.SelectMany(static topic => topic.Partitions)
            .FirstOrDefault(candidate => candidate.Partition == partition)?.FetchOffset;
}
