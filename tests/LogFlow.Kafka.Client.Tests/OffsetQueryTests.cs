using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client.Tests;

public sealed class OffsetQueryTests
{
    private static readonly TopicPartition[] Six =
        [.. Enumerable.Range(0, 6).Select(static index => new TopicPartition(FakeCluster.Topic, index))];

    [Fact]
    public async Task Partitions_OfOneLeader_AreAskedForTogether()
    {
        var cluster = new FakeCluster(partitionCount: 6, brokerCount: 2);
        await using var client = cluster.Client();
        var found = await Query(client).FindAsync(Six, CancellationToken.None);
        Assert.Equal(Six, found.Keys.OrderBy(static partition => partition.Partition));
        Assert.Equal(
            [[0, 2, 4], [1, 3, 5]],
            cluster.ListOffsetsRequests.Select(PartitionsOf).OrderBy(static each => each[0]));
    }

    [Fact]
    public async Task Leader_ThatMoved_IsAskedAnewForItsPartitionAlone()
    {
        var cluster = new FakeCluster(partitionCount: 6, brokerCount: 2);
        await using var client = cluster.Client();
        await client.GetTopicAsync(FakeCluster.Topic, allowAutoCreate: false, CancellationToken.None);
        cluster.MoveLeader(4, 1);
        var found = await Query(client).FindAsync(Six, CancellationToken.None);
        Assert.Equal(6, found.Count);
        Assert.Equal([4], PartitionsOf(cluster.ListOffsetsRequests[^1]));
        Assert.Equal(3, cluster.ListOffsetsRequests.Count);
    }

    [Fact]
    public async Task Refusal_NamesThePartition()
    {
        var cluster = new FakeCluster(partitionCount: 6)
        {
            PartitionError = static (_, partition) => partition == 3 ? ErrorCode.TopicAuthorizationFailed : null,
        };
        await using var client = cluster.Client();
        var error = await Assert.ThrowsAsync<KafkaException>(
            () => Query(client).FindAsync(Six, CancellationToken.None));
        Assert.Contains("logs-3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoPartitions_NobodyIsAsked()
    {
        var cluster = new FakeCluster();
        await using var client = cluster.Client();
        Assert.Empty(await Query(client).FindAsync([], CancellationToken.None));
        Assert.Empty(cluster.ListOffsetsRequests);
    }

    private static OffsetQuery Query(KafkaClient client) =>
        new(client, ListedOffset.Latest, IsolationLevel.ReadUncommitted);

    private static int[] PartitionsOf(Protocol.Messages.ListOffsetsRequest request) =>
        [.. request.Topics.SelectMany(static topic => topic.Partitions).Select(static each => each.PartitionIndex)];
}
