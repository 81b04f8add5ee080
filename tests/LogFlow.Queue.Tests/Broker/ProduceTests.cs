using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

public sealed class ProduceTests : IAsyncLifetime
{
    private TestQueue _queue = null!;
    private RawClient _client = null!;

    public async Task InitializeAsync()
    {
        _queue = await TestQueue.StartAsync();
        _client = await _queue.ConnectAsync();
        await _client.CreateTopicAsync("logs", 2);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _queue.DisposeAsync();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(12)]
    public async Task Produce_EveryEncoding_IsStoredAndReadBack(short version)
    {
        var first = await _client.ProduceOneAsync("logs", Some.Batch(3, "a"), version: version);
        var second = await _client.ProduceOneAsync("logs", Some.Batch(2, "b"), version: version);

        Assert.Equal((ErrorCode.None, 0L), (first.ErrorCode, first.BaseOffset));
        Assert.Equal((ErrorCode.None, 3L), (second.ErrorCode, second.BaseOffset));
        var fetched = await _client.FetchOneAsync("logs", 0);
        Assert.Equal(5, fetched.HighWatermark);
        Assert.Equal(["a 0", "a 1", "a 2", "b 0", "b 1"], Some.Values(fetched.Records));
    }

    [Fact]
    public async Task Produce_ByTopicId_IsStored()
    {
        var metadata = await _client.AskAsync<MetadataRequest, MetadataResponse>(
            new MetadataRequest { Topics = null }, 12);
        var request = Some.Produce("", 0, Some.Batch());
        request.TopicData[0].TopicId = metadata.Topics.Single().TopicId;
        var response = await _client.AskAsync<ProduceRequest, ProduceResponse>(request, 13);
        Assert.Equal(ErrorCode.None, response.Responses[0].PartitionResponses[0].ErrorCode);

        request.TopicData[0].TopicId = Guid.NewGuid();
        response = await _client.AskAsync<ProduceRequest, ProduceResponse>(request, 13);
        Assert.Equal(ErrorCode.UnknownTopicId, response.Responses[0].PartitionResponses[0].ErrorCode);
    }

    [Fact]
    public async Task Produce_UnknownTopicOrPartition_IsRefused()
    {
        var refused = await _client.ProduceOneAsync("none", Some.Batch());
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, refused.ErrorCode);
        var response = await _client.ProduceAsync("logs", 2, Some.Batch());
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, response.Responses[0].PartitionResponses[0].ErrorCode);
        Assert.Equal(-1, response.Responses[0].PartitionResponses[0].BaseOffset);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public async Task Produce_InvalidAcks_IsRefused(short acks) =>
        Assert.Equal(
            ErrorCode.InvalidRequiredAcks, (await _client.ProduceOneAsync("logs", Some.Batch(), acks)).ErrorCode);

    [Fact]
    public async Task Produce_DamagedBatch_IsCorrupt()
    {
        var batch = Some.Batch();
        batch[^1] ^= 1;
        Assert.Equal(ErrorCode.CorruptMessage, (await _client.ProduceOneAsync("logs", batch)).ErrorCode);
        Assert.Equal(0, (await _client.FetchOneAsync("logs", 0)).HighWatermark);
    }

    [Fact]
    public async Task Produce_NoneOrSeveralBatches_IsInvalidRecord()
    {
        Assert.Equal(ErrorCode.InvalidRecord, (await _client.ProduceOneAsync("logs", null)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidRecord, (await _client.ProduceOneAsync("logs", Array.Empty<byte>())).ErrorCode);
        byte[] two = [.. Some.Batch(), .. Some.Batch()];
        Assert.Equal(ErrorCode.InvalidRecord, (await _client.ProduceOneAsync("logs", two)).ErrorCode);
    }

    [Fact]
    public async Task Produce_OldMessageFormat_IsInvalidRecord()
    {
        var batch = Some.Batch();
        batch[16] = 1;
        Assert.Equal(ErrorCode.InvalidRecord, (await _client.ProduceOneAsync("logs", batch)).ErrorCode);
    }

    [Fact]
    public async Task Produce_ZstdInOldVersion_IsUnsupported()
    {
        var batch = Some.Batch(500, compression: CompressionType.Zstd);
        Assert.Equal(
            ErrorCode.UnsupportedCompressionType, (await _client.ProduceOneAsync("logs", batch, version: 6)).ErrorCode);
        Assert.Equal(ErrorCode.None, (await _client.ProduceOneAsync("logs", batch, version: 7)).ErrorCode);
    }

    [Fact]
    public async Task Produce_LargerThanMaxMessageBytes_IsTooLarge()
    {
        await _client.CreateTopicAsync("small", 1, ("max.message.bytes", "200"));
        Assert.Equal(ErrorCode.None, (await _client.ProduceOneAsync("small", Some.Batch())).ErrorCode);
        Assert.Equal(ErrorCode.MessageTooLarge, (await _client.ProduceOneAsync("small", Some.Batch(50))).ErrorCode);
    }

    [Fact]
    public async Task Produce_SameSequenceAgain_AnswersTheOriginalOffset()
    {
        var producerId = await InitProducerIdAsync();
        await _client.ProduceOneAsync("logs", Some.Batch(2));
        var first = await _client.ProduceOneAsync("logs", Some.Batch(3, "x", producerId, 0, 0));
        var second = await _client.ProduceOneAsync("logs", Some.Batch(1, "y", producerId, 0, 3));
        var again = await _client.ProduceOneAsync("logs", Some.Batch(3, "x", producerId, 0, 0));

        Assert.Equal((ErrorCode.None, 2L), (first.ErrorCode, first.BaseOffset));
        Assert.Equal((ErrorCode.None, 5L), (second.ErrorCode, second.BaseOffset));
        Assert.Equal((ErrorCode.None, 2L), (again.ErrorCode, again.BaseOffset));
        Assert.Equal(6, (await _client.FetchOneAsync("logs", 0)).HighWatermark);
    }

    [Fact]
    public async Task Produce_SequenceGapOrOldEpoch_IsRefused()
    {
        var producerId = await InitProducerIdAsync();
        await _client.ProduceOneAsync("logs", Some.Batch(1, "x", producerId, 1, 0));
        Assert.Equal(
            ErrorCode.OutOfOrderSequenceNumber,
            (await _client.ProduceOneAsync("logs", Some.Batch(1, "x", producerId, 1, 5))).ErrorCode);
        Assert.Equal(
            ErrorCode.InvalidProducerEpoch,
            (await _client.ProduceOneAsync("logs", Some.Batch(1, "x", producerId, 0, 1))).ErrorCode);
    }

    [Fact]
    public async Task InitProducerId_EveryCall_GivesAnotherId()
    {
        var ids = new HashSet<long>();
        for (var i = 0; i < 1500; i++)
        {
            Assert.True(ids.Add(await InitProducerIdAsync()));
        }
    }

    [Fact]
    public async Task Produce_AcksZero_IsStoredWithoutAnswer()
    {
        await _client.SendAsync<ProduceRequest, ProduceResponse>(Some.Produce("logs", 0, Some.Batch(4), acks: 0), 9);
        var fetched = await _client.FetchOneAsync("logs", 0, maxWaitMs: 10_000);
        Assert.Equal(4, fetched.HighWatermark);
    }

    [Fact]
    public async Task Produce_AcksZeroRefused_ClosesTheConnection()
    {
        await _client.SendAsync<ProduceRequest, ProduceResponse>(Some.Produce("none", 0, Some.Batch(), acks: 0), 9);
        Assert.True(await _client.IsClosedAsync());
        Assert.Contains(_queue.Warnings, line => line.Contains("acks=0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Produce_Pipelined_AnswersInOrderWithOffsetsInOrder()
    {
        const int Count = 200;
        var sent = new List<int>();
        for (var i = 0; i < Count; i++)
        {
            sent.Add(await _client.SendAsync<ProduceRequest, ProduceResponse>(
                Some.Produce("logs", i % 2, Some.Batch(1, $"m{i}")), 9));
        }

        for (var i = 0; i < Count; i++)
        {
            var response = await _client.ReceiveAsync<ProduceRequest, ProduceResponse>(sent[i], 9);
            Assert.Equal(i / 2, response.Responses[0].PartitionResponses[0].BaseOffset);
        }
    }

    [Fact]
    public async Task Pipelined_OtherRequestAfterProduce_SeesItsRecords()
    {
        var produced = await _client.SendAsync<ProduceRequest, ProduceResponse>(
            Some.Produce("logs", 0, Some.Batch(3)), 9);
        var asked = await _client.SendAsync<ListOffsetsRequest, ListOffsetsResponse>(OffsetsTests.Ask("logs", -1), 5);
        await _client.ReceiveAsync<ProduceRequest, ProduceResponse>(produced, 9);
        var offsets = await _client.ReceiveAsync<ListOffsetsRequest, ListOffsetsResponse>(asked, 5);
        Assert.Equal(3, offsets.Topics[0].Partitions[0].Offset);
    }

    private async Task<long> InitProducerIdAsync()
    {
        var response = await _client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
            new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 60_000 }, 4);
        Assert.Equal((ErrorCode.None, (short)0), (response.ErrorCode, response.ProducerEpoch));
        return response.ProducerId;
    }
}
