using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

public sealed class OffsetsTests
{
    internal static ListOffsetsRequest Ask(string topic, long timestamp) => new()
    {
        ReplicaId = -1,
        Topics =
        [
            new ListOffsetsRequest.ListOffsetsTopic
            {
                Name = topic,
                Partitions = [new() { PartitionIndex = 0, Timestamp = timestamp }],
            },
        ],
    };

    [Fact]
    public async Task ListOffsets_SpecialAndRealTimes_FindTheRecord()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        await client.ProduceOneAsync("logs", Some.Batch(10, timestampMs: 1000, compression: CompressionType.Zstd));
        await client.ProduceOneAsync("logs", Some.Batch(10, timestampMs: 2000));

        Assert.Equal((0, -1), await FindAsync(client, -2));
        Assert.Equal((20, -1), await FindAsync(client, -1));
        Assert.Equal((19, 2009), await FindAsync(client, -3));
        Assert.Equal((0, -1), await FindAsync(client, -4));
        Assert.Equal((-1, -1), await FindAsync(client, -5));
        Assert.Equal((5, 1005), await FindAsync(client, 1005));
        Assert.Equal((10, 2000), await FindAsync(client, 1010));
        Assert.Equal((-1, -1), await FindAsync(client, 3000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(11)]
    public async Task ListOffsets_EveryEncoding_Answers(short version)
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        var response = await client.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(Ask("logs", -1), version);
        var found = response.Topics[0].Partitions[0];
        Assert.Equal((ErrorCode.None, 0L), (found.ErrorCode, found.Offset));
        response = await client.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(Ask("none", -1), version);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, response.Topics[0].Partitions[0].ErrorCode);
    }

    [Fact]
    public async Task DeleteRecords_MovesTheStart_AndFetchBelowIsOutOfRange()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        await client.ProduceOneAsync("logs", Some.Batch(10));
        var deleted = await client.AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(
            new DeleteRecordsRequest
            {
                Topics =
                [
                    new DeleteRecordsRequest.DeleteRecordsTopic
                    {
                        Name = "logs",
                        Partitions = [new() { PartitionIndex = 0, Offset = 4 }],
                    },
                ],
            },
            2);
        var result = deleted.Topics[0].Partitions[0];
        Assert.Equal((ErrorCode.None, 4L), (result.ErrorCode, result.LowWatermark));
        Assert.Equal((4, -1), await FindAsync(client, -2));
        Assert.Equal(ErrorCode.OffsetOutOfRange, (await client.FetchOneAsync("logs", 3)).ErrorCode);
        Assert.Equal(4, (await client.FetchOneAsync("logs", 4)).LogStartOffset);
    }

    [Fact]
    public async Task OffsetForLeaderEpoch_CurrentEpoch_EndsAtTheEnd()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        await client.ProduceOneAsync("logs", Some.Batch(10));
        var response = await client.AskAsync<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(
            new OffsetForLeaderEpochRequest
            {
                ReplicaId = -1,
                Topics =
                [
                    new OffsetForLeaderEpochRequest.OffsetForLeaderTopic
                    {
                        Topic = "logs",
                        Partitions = [new() { Partition = 0, LeaderEpoch = 0 }],
                    },
                ],
            },
            4);
        var end = response.Topics[0].Partitions[0];
        Assert.Equal((0, 10L), (end.LeaderEpoch, end.EndOffset));
    }

    private static async Task<(long Offset, long Timestamp)> FindAsync(RawClient client, long timestamp)
    {
        var response = await client.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(Ask("logs", timestamp), 9);
        var partition = response.Topics[0].Partitions[0];
        Assert.Equal(ErrorCode.None, partition.ErrorCode);
        return (partition.Offset, partition.Timestamp);
    }
}
