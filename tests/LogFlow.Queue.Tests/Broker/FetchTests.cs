using System.Net.Sockets;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Tests;

public sealed class FetchTests : IAsyncLifetime
{
    private TestQueue _queue = null!;
    private RawClient _client = null!;

    public async Task InitializeAsync()
    {
        _queue = await TestQueue.StartAsync();
        _client = await _queue.ConnectAsync();
        await _client.CreateTopicAsync("logs", 4);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _queue.DisposeAsync();
    }

    [Fact]
    public async Task Fetch_OffsetInsideABatch_ReturnsTheWholeBatch()
    {
        await _client.ProduceOneAsync("logs", Some.Batch(2, "a"));
        await _client.ProduceOneAsync("logs", Some.Batch(5, "b"));
        var fetched = await _client.FetchOneAsync("logs", 4);
        Assert.Equal(["b 0", "b 1", "b 2", "b 3", "b 4"], Some.Values(fetched.Records));
    }

    [Fact]
    public async Task Fetch_BeyondTheEnd_IsOutOfRangeAndAtTheEndIsEmpty()
    {
        await _client.ProduceOneAsync("logs", Some.Batch(2));
        Assert.Equal(ErrorCode.OffsetOutOfRange, (await _client.FetchOneAsync("logs", 3, maxWaitMs: 10_000)).ErrorCode);
        var atEnd = await _client.FetchOneAsync("logs", 2);
        Assert.Equal((ErrorCode.None, 2L, 0), (atEnd.ErrorCode, atEnd.HighWatermark, atEnd.Records!.Value.Length));
    }

    [Fact]
    public async Task Fetch_LongPoll_IsWokenByAnAppend()
    {
        using var producer = await _queue.ConnectAsync();
        var asked = await _client.SendAsync<FetchRequest, FetchResponse>(Some.Fetch("logs", 0, maxWaitMs: 15_000), 11);
        await producer.ProduceOneAsync("logs", Some.Batch(1, "late"));
        var response = await _client.ReceiveAsync<FetchRequest, FetchResponse>(asked, 11);
        Assert.Equal(["late 0"], Some.Values(response.Responses[0].Partitions[0].Records));
    }

    [Fact]
    public async Task Fetch_MinBytes_WaitsForEnough()
    {
        using var producer = await _queue.ConnectAsync();
        var asked = await _client.SendAsync<FetchRequest, FetchResponse>(
            Some.Fetch("logs", 0, maxWaitMs: 15_000, minBytes: 1000), 11);
        var receiving = _client.ReceiveAsync<FetchRequest, FetchResponse>(asked, 11);
        var produced = 0;
        while (!receiving.IsCompleted)
        {
            await producer.ProduceOneAsync("logs", Some.Batch(1, new string('x', 200)));
            produced++;
            Assert.True(produced < 1000, "the long poll is never woken");
        }

        Assert.True((await receiving).Responses[0].Partitions[0].Records!.Value.Length >= 1000);
    }

    [Fact]
    public async Task Fetch_NothingComes_AnswersAfterMaxWait()
    {
        var response = await _client.FetchAsync(Some.Fetch("logs", 0, maxWaitMs: 50));
        Assert.Equal(0, response.Responses[0].Partitions[0].Records!.Value.Length);
        Assert.Equal(0, response.SessionId);
    }

    [Fact]
    public async Task Fetch_TotalLimit_FirstBatchIsWholeAndPartitionsTakeTurns()
    {
        for (var partition = 0; partition < 4; partition++)
        {
            await _client.ProduceAsync("logs", partition, Some.Batch(10, $"p{partition}-" + new string('x', 100)));
        }

        var firsts = new HashSet<int>();
        for (var i = 0; i < 4; i++)
        {
            var request = Some.Fetch("logs", 0, partitions: 4);
            request.MaxBytes = 10;
            var response = await _client.FetchAsync(request);
            var filled = response.Responses[0].Partitions.Where(data => data.Records!.Value.Length > 0).ToArray();
            Assert.Equal(10, Some.Values(Assert.Single(filled).Records).Count);
            Assert.All(response.Responses[0].Partitions, data => Assert.Equal(10, data.HighWatermark));
            firsts.Add(filled[0].PartitionIndex);
        }

        Assert.Equal(4, firsts.Count);
    }

    [Fact]
    public async Task Fetch_UnknownSession_IsToldSo()
    {
        var request = Some.Fetch("logs", 0);
        request.SessionId = 17;
        request.SessionEpoch = 1;
        Assert.Equal(ErrorCode.FetchSessionIdNotFound, (await _client.FetchAsync(request)).ErrorCode);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(17)]
    public async Task Fetch_EveryEncoding_ReturnsRecords(short version)
    {
        await _client.ProduceOneAsync("logs", Some.Batch(2, "v"));
        var request = Some.Fetch("logs", 0);
        request.Topics[0].TopicId = await TopicIdAsync("logs");
        var response = await _client.FetchAsync(request, version);
        Assert.Equal(["v 0", "v 1"], Some.Values(response.Responses[0].Partitions[0].Records));
    }

    [Fact]
    public async Task Fetch_UnknownTopicNameOrId_AnswersAtOnce()
    {
        var byName = await _client.FetchAsync(Some.Fetch("none", 0, maxWaitMs: 10_000));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, byName.Responses[0].Partitions[0].ErrorCode);
        var request = Some.Fetch("", 0, maxWaitMs: 10_000);
        request.Topics[0].TopicId = Guid.NewGuid();
        var byId = await _client.FetchAsync(request, 13);
        Assert.Equal(ErrorCode.UnknownTopicId, byId.Responses[0].Partitions[0].ErrorCode);
    }

    [Fact]
    public async Task Fetch_LeaderEpochOfTheFuture_IsUnknown()
    {
        var request = Some.Fetch("logs", 0);
        request.Topics[0].Partitions[0].CurrentLeaderEpoch = 99;
        var response = await _client.FetchAsync(request);
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, response.Responses[0].Partitions[0].ErrorCode);
    }

    [Fact]
    public async Task Fetch_TopicDeletedMeanwhile_EndsTheLongPoll()
    {
        using var admin = await _queue.ConnectAsync();
        var asked = await _client.SendAsync<FetchRequest, FetchResponse>(Some.Fetch("logs", 0, maxWaitMs: 15_000), 11);
        await admin.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
            new DeleteTopicsRequest { TopicNames = ["logs"] }, 3);
        var response = await _client.ReceiveAsync<FetchRequest, FetchResponse>(asked, 11);
        Assert.NotEqual(ErrorCode.None, response.Responses[0].Partitions[0].ErrorCode);
    }

    [Fact]
    public async Task Fetch_AnswerOfMegabytes_IsWhatWasProduced()
    {
        var text = new string('x', 100_000);
        var expected = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            await _client.ProduceOneAsync("logs", Some.Batch(1, $"{i} {text}"));
            expected.Add($"{i} {text} 0");
        }

        await _client.ProduceAsync("logs", 1, Some.Batch(3, "other"), -1, 9);
        var request = Some.Fetch("logs", 0);
        request.MaxBytes = 32 << 20;
        request.Topics[0].Partitions[0].PartitionMaxBytes = 16 << 20;
        request.Topics[0].Partitions.Add(
            new FetchRequest.FetchPartition { Partition = 1, FetchOffset = 0, PartitionMaxBytes = 16 << 20 });

        var partitions = (await _client.FetchAsync(request)).Responses[0].Partitions;

        Assert.Equal(expected, Some.Values(partitions[0].Records));
        Assert.Equal(["other 0", "other 1", "other 2"], Some.Values(partitions[1].Records));
    }

    [Fact]
    public async Task Fetch_FileIsCutWhileItIsSent_ClosesTheConnection_AndTheNextIsServedUpToThere()
    {
        _queue.MayLogErrors = true;
        await _client.CreateTopicAsync("large", 1, ("segment.bytes", "100000000"));
        var text = new string('x', 1_000_000);
        for (var i = 0; i < 30; i++)
        {
            await _client.ProduceOneAsync("large", Some.Batch(1, $"{i} {text}"));
        }

        var path = Directory.GetFiles(_queue.DataDirectory, "*.log", SearchOption.AllDirectories)
            .Single(path => new FileInfo(path).Length > 20_000_000);
        var request = Some.Fetch("large", 0);
        request.MaxBytes = 50 << 20;
        request.Topics[0].Partitions[0].PartitionMaxBytes = 50 << 20;
        await _client.SendAsync<FetchRequest, FetchResponse>(request, 11);
        await Eventually.TrueAsync(() => _client.Socket.Available > 0, "the answer begins");
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(2_500_000);
        }

        var error = await Xunit.Record.ExceptionAsync(() => _client.ReceiveFrameAsync());
        Assert.True(error is IOException or SocketException, $"the whole answer came, or {error}");
        Assert.Contains(_queue.Logs.At(LogLevel.Error), line => line.Contains("large-0", StringComparison.Ordinal));

        using var again = await _queue.ConnectAsync();
        var values = Some.Values((await again.FetchAsync(request)).Responses[0].Partitions[0].Records);
        Assert.Equal([$"0 {text} 0", $"1 {text} 0"], values);
    }

    private async Task<Guid> TopicIdAsync(string topic)
    {
        var metadata = await _client.AskAsync<MetadataRequest, MetadataResponse>(
            new MetadataRequest { Topics = [new MetadataRequest.MetadataRequestTopic { Name = topic }] }, 12);
        return metadata.Topics[0].TopicId;
    }
}
