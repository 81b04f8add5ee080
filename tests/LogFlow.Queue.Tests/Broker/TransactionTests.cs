using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Queue.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Queue.Tests;

public sealed class TransactionTests
{
    [Fact]
    public async Task Commit_OverTwoPartitions_IsVisibleInBothAndOnlyThen()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs", 2);
        var producer = await TransactionalProducer.StartAsync(client, "t");
        await producer.WriteAsync("logs", "a", 2);
        await producer.WriteAsync("logs", "b", 1, partition: 1);
        Assert.Empty(await ReadCommittedAsync(client, "logs"));
        Assert.Empty(await ReadCommittedAsync(client, "logs", 1));
        await producer.CommitAsync();
        Assert.Equal(["a 0", "a 1"], await ReadCommittedAsync(client, "logs"));
        Assert.Equal(["b 0"], await ReadCommittedAsync(client, "logs", 1));
    }

    [Fact]
    public async Task Transactions_OneAfterAnother_BeginWithoutConcurrentTransactions()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        var producer = await TransactionalProducer.StartAsync(client, "t");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal([ErrorCode.None], await producer.AddPartitionsAsync(3, ("logs", 0)));
            Assert.Equal(ErrorCode.None, await producer.ProduceAsync("logs", $"{i}"));
            Assert.Equal(ErrorCode.None, await producer.EndAsync(isCommit: i % 2 == 0));
        }

        Assert.Equal(
            Enumerable.Range(0, 20).Where(i => i % 2 == 0).Select(i => $"{i} 0"),
            await ReadCommittedAsync(client, "logs"));
    }

    [Fact]
    public async Task LongPoll_ReadCommitted_IsWokenByTheCommitAndNotByRecords()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        using var reader = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        var producer = await TransactionalProducer.StartAsync(client, "t");
        await producer.WriteAsync("logs", "early");
        var request = Some.Fetch("logs", 0, maxWaitMs: 60_000, minBytes: 100_000);
        request.IsolationLevel = 1;
        var poll = reader.FetchAsync(request);
        await producer.WriteAsync("logs", "late");
        Assert.False(poll.IsCompleted);
        await producer.CommitAsync();
        var data = (await poll).Responses[0].Partitions[0];
        Assert.Equal((3L, 3L), (data.LastStableOffset, data.HighWatermark));
    }

    [Fact]
    public async Task Timeout_OpenTransaction_IsAbortedByItselfAndItsProducerFenced()
    {
        await using var queue = await TestQueue.StartAsync(
            config => config.TransactionAbortTimedOutCleanupIntervalMs = 20);
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        var producer = new TransactionalProducer(client, "t");
        Assert.Equal(ErrorCode.None, await producer.InitAsync(timeoutMs: 1));
        await producer.AddPartitionAsync("logs");
        await Eventually.TrueAsync(
            async () => (await DescribeAsync(client, "t")).TransactionState == "CompleteAbort", "the timeout");
        Assert.Equal(ErrorCode.ProducerFenced, await producer.EndAsync(isCommit: true));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await producer.ProduceAsync("logs", "late"));

        var epoch = producer.Epoch;
        Assert.Equal(ErrorCode.None, await producer.InitAsync());
        Assert.Equal(epoch + 2, producer.Epoch);
        await producer.WriteAsync("logs", "kept");
        await producer.CommitAsync();
        Assert.Equal(["kept 0"], await ReadCommittedAsync(client, "logs"));
    }

    [Fact]
    public async Task Expiry_UnusedId_IsForgotten()
    {
        await using var queue = await TestQueue.StartAsync(config =>
        {
            config.TransactionAbortTimedOutCleanupIntervalMs = 20;
            config.TransactionalIdExpirationMs = 1;
        });
        using var client = await queue.ConnectAsync();
        var producer = await TransactionalProducer.StartAsync(client, "t");
        await Eventually.TrueAsync(
            async () => (await DescribeAsync(client, "t")).ErrorCode == ErrorCode.TransactionalIdNotFound,
            "the id to be forgotten");
        var first = producer.ProducerId;
        Assert.Equal(ErrorCode.None, await producer.InitAsync());
        Assert.True(producer.ProducerId > first);
    }

    [Fact]
    public async Task Offsets_CommittedWithTheTransaction_AreMembersOffsetsAfterwards()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        var producer = await TransactionalProducer.StartAsync(client, "t");
        await producer.AddGroupAsync("g");
        Assert.Equal(ErrorCode.None, await producer.CommitOffsetAsync("g", "logs", 3));
        Assert.Equal((ErrorCode.UnstableOffsetCommit, -1L), await FetchOffsetAsync(client, "g", isStable: true));
        Assert.Equal((ErrorCode.None, -1L), await FetchOffsetAsync(client, "g", isStable: false));
        await producer.CommitAsync();
        Assert.Equal((ErrorCode.None, 3L), await FetchOffsetAsync(client, "g", isStable: true));
        await producer.AddGroupAsync("g");
        Assert.Equal(ErrorCode.None, await producer.CommitOffsetAsync("g", "logs", 9));
        await producer.AbortAsync();
        Assert.Equal((ErrorCode.None, 3L), await FetchOffsetAsync(client, "g", isStable: true));
    }

    [Fact]
    public async Task DeletedTopicAndGroup_InAnOpenTransaction_DoNotKeepItFromEnding()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("gone");
        await client.CreateTopicAsync("logs");
        var producer = await TransactionalProducer.StartAsync(client, "t");
        await producer.WriteAsync("gone", "x");
        await producer.WriteAsync("logs", "kept");
        await producer.AddGroupAsync("g");
        Assert.Equal(ErrorCode.None, await producer.CommitOffsetAsync("g", "logs", 9));
        var topic = await client.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
            new DeleteTopicsRequest { TopicNames = ["gone"], TimeoutMs = 10_000 }, 4);
        Assert.Equal(ErrorCode.None, topic.Responses[0].ErrorCode);
        var group = await client.AskAsync<DeleteGroupsRequest, DeleteGroupsResponse>(
            new DeleteGroupsRequest { GroupsNames = ["g"] }, 2);
        Assert.Equal(ErrorCode.None, group.Results[0].ErrorCode);
        await producer.CommitAsync();
        Assert.Equal(["kept 0"], await ReadCommittedAsync(client, "logs"));
        Assert.Equal((ErrorCode.None, -1L), await FetchOffsetAsync(client, "g", isStable: true));
        Assert.Equal("CompleteCommit", (await DescribeAsync(client, "t")).TransactionState);
    }

    [Fact]
    public async Task Epochs_UsedUp_LeadToANewProducerId()
    {
        const long first = 12;
        using var directory = new TempDirectory();
        await PutStateAsync(directory, new TransactionState
        {
            TransactionalId = "t",
            ProducerId = first,
            ProducerEpoch = short.MaxValue - 2,
            TimeoutMs = 60_000,
        });
        await using var queue = await TestQueue.StartAsync(directory);
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        var producer = await TransactionalProducer.StartAsync(client, "t");
        Assert.Equal((first, short.MaxValue - 1), (producer.ProducerId, producer.Epoch));

        // The last epoch is only for fencing: its open transaction is still ended under the old id.
        await producer.WriteAsync("logs", "lost");
        Assert.Equal(ErrorCode.None, await producer.InitAsync());
        Assert.Equal((true, (short)0), (producer.ProducerId != first, producer.Epoch));
        await producer.WriteAsync("logs", "kept");
        await producer.CommitAsync();
        Assert.Equal(["kept 0"], await ReadCommittedAsync(client, "logs"));

        Assert.Equal(ErrorCode.ProducerFenced, await producer.InitAsync(producerId: first, epoch: 5));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_OpenTransactionWithOffsets_GoesOn(bool isCommit)
    {
        using var directory = new TempDirectory();
        TransactionalProducer before;
        await using (var queue = await TestQueue.StartAsync(directory))
        {
            using var client = await queue.ConnectAsync();
            await client.CreateTopicAsync("logs");
            before = await TransactionalProducer.StartAsync(client, "t");
            await before.WriteAsync("logs", "x", 2);
            await before.AddGroupAsync("g");
            Assert.Equal(ErrorCode.None, await before.CommitOffsetAsync("g", "logs", 7));
        }

        await using (var queue = await TestQueue.StartAsync(directory))
        {
            using var client = await queue.ConnectAsync();
            Assert.Equal("Ongoing", (await DescribeAsync(client, "t")).TransactionState);
            Assert.Empty(await ReadCommittedAsync(client, "logs"));
            Assert.Equal((ErrorCode.UnstableOffsetCommit, -1L), await FetchOffsetAsync(client, "g", isStable: true));
            var after = new TransactionalProducer(client, "t") { ProducerId = before.ProducerId, Epoch = before.Epoch };
            Assert.Equal(ErrorCode.None, await after.EndAsync(isCommit));
            Assert.Equal(isCommit ? ["x 0", "x 1"] : [], await ReadCommittedAsync(client, "logs"));
            Assert.Equal((ErrorCode.None, isCommit ? 7L : -1L), await FetchOffsetAsync(client, "g", isStable: true));
        }

        await using (var queue = await TestQueue.StartAsync(directory))
        {
            using var client = await queue.ConnectAsync();
            Assert.Equal(
                isCommit ? "CompleteCommit" : "CompleteAbort", (await DescribeAsync(client, "t")).TransactionState);
            Assert.Equal(isCommit ? ["x 0", "x 1"] : [], await ReadCommittedAsync(client, "logs"));
            Assert.Equal((ErrorCode.None, isCommit ? 7L : -1L), await FetchOffsetAsync(client, "g", isStable: true));
        }
    }

    [Fact]
    public async Task Produce_TransactionalWithoutAnId_IsRefused()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        var producer = await TransactionalProducer.StartAsync(client, "t");
        await producer.AddPartitionAsync("logs");
        var batch = Some.Batch(1, "x", producer.ProducerId, producer.Epoch, 0, isTransactional: true);
        Assert.Equal(
            ErrorCode.TransactionalIdAuthorizationFailed, (await client.ProduceOneAsync("logs", batch)).ErrorCode);
    }

    [Fact]
    public async Task Epochs_UsedUp_TheProducerItselfAsksAndAsksAgain_GetsTheSameNewId()
    {
        const long first = 12;
        using var directory = new TempDirectory();
        await PutStateAsync(directory, new TransactionState
        {
            TransactionalId = "t",
            ProducerId = first,
            ProducerEpoch = short.MaxValue - 1,
            TimeoutMs = 60_000,
        });
        await using var queue = await TestQueue.StartAsync(directory);
        using var client = await queue.ConnectAsync();
        var producer = new TransactionalProducer(client, "t");
        Assert.Equal(ErrorCode.None, await producer.InitAsync(producerId: first, epoch: short.MaxValue - 1));
        var second = producer.ProducerId;
        Assert.Equal((true, (short)0), (second != first, producer.Epoch));
        Assert.Equal(ErrorCode.None, await producer.InitAsync(producerId: first, epoch: short.MaxValue - 1));
        Assert.Equal((second, (short)0), (producer.ProducerId, producer.Epoch));
    }

    [Theory]
    [InlineData(TransactionStatus.PrepareCommit)]
    [InlineData(TransactionStatus.PrepareAbort)]
    public async Task Restart_AfterTheDecisionAndBeforeTheMarkers_Completes(object decided)
    {
        var status = (TransactionStatus)decided;
        using var directory = new TempDirectory();
        TransactionalProducer producer;
        await using (var queue = await TestQueue.StartAsync(directory))
        {
            using var client = await queue.ConnectAsync();
            await client.CreateTopicAsync("logs", 2);
            producer = await TransactionalProducer.StartAsync(client, "t");
            await producer.WriteAsync("logs", "x");
            await producer.WriteAsync("logs", "y", partition: 1);
            await producer.AddGroupAsync("g");
            Assert.Equal(ErrorCode.None, await producer.CommitOffsetAsync("g", "logs", 7));
        }

        await PutStateAsync(directory, new TransactionState
        {
            TransactionalId = "t",
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.Epoch,
            TimeoutMs = 60_000,
            Status = status,
            Partitions = [new("logs", 0), new("logs", 1)],
            Groups = ["g"],
        });
        await using (var queue = await TestQueue.StartAsync(directory))
        {
            using var client = await queue.ConnectAsync();
            var isCommit = status == TransactionStatus.PrepareCommit;
            Assert.Equal(isCommit ? ["x 0"] : [], await ReadCommittedAsync(client, "logs"));
            Assert.Equal(isCommit ? ["y 0"] : [], await ReadCommittedAsync(client, "logs", 1));
            Assert.Equal((ErrorCode.None, isCommit ? 7L : -1L), await FetchOffsetAsync(client, "g", isStable: true));
            var again = new TransactionalProducer(client, "t") { ProducerId = producer.ProducerId };
            again.Epoch = producer.Epoch;
            Assert.Equal(ErrorCode.None, await again.EndAsync(isCommit));
            Assert.Equal(ErrorCode.InvalidTxnState, await again.EndAsync(!isCommit));
        }
    }

    [Fact]
    public async Task Restart_TransactionStateIsLost_WhatHangsIsAborted()
    {
        using var directory = new TempDirectory();
        await using (var queue = await TestQueue.StartAsync(directory))
        {
            using var client = await queue.ConnectAsync();
            await client.CreateTopicAsync("logs");
            var producer = await TransactionalProducer.StartAsync(client, "t");
            await producer.WriteAsync("logs", "hanging");
            await producer.AddGroupAsync("g");
            Assert.Equal(ErrorCode.None, await producer.CommitOffsetAsync("g", "logs", 7));
        }

        File.Delete(Path.Combine(directory.Path, "state", "transactions"));
        await using (var queue = await TestQueue.StartAsync(directory))
        {
            queue.MayLogErrors = true;
            Assert.Equal(3, queue.Logs.At(LogLevel.Error).Count());
            Assert.Equal(1, queue.Logs.Count(LogLevel.Error, "state/transactions is missing"));
            using var client = await queue.ConnectAsync();
            await client.ProduceOneAsync("logs", Some.Batch(1, "after"));
            Assert.Equal(["after 0"], await ReadCommittedAsync(client, "logs"));
            Assert.Equal((ErrorCode.None, -1L), await FetchOffsetAsync(client, "g", isStable: true));
        }
    }

    /// <summary>What only a crash at the right moment leaves behind, or years of use.</summary>
    private static async Task PutStateAsync(TempDirectory directory, TransactionState state)
    {
        var options = new LogManagerOptions { DataDirectory = directory.Path };
        await using var logs = LogManager.Open(options, NullLoggerFactory.Instance, TimeProvider.System);
        state = state with { UpdatedMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() };
        var key = TransactionStateCodec.EncodeKey(state.TransactionalId);
        Assert.Equal(ErrorCode.None, await logs.OpenStateLog("transactions").WriteAsync(
            [StateChange.Set(key, TransactionStateCodec.Encode(state))]));
    }

    internal static async Task<List<string>> ReadCommittedAsync(RawClient client, string topic, int partition = 0)
    {
        var values = new List<string>();
        var offset = 0L;
        while (true)
        {
            var request = Some.Fetch(topic, offset);
            request.IsolationLevel = 1;
            request.Topics[0].Partitions[0].Partition = partition;
            var data = (await client.FetchAsync(request)).Responses[0].Partitions[0];
            Assert.Equal(ErrorCode.None, data.ErrorCode);
            if (data.Records!.Value.IsEmpty)
            {
                return values;
            }

            var aborted = new CommittedReader(data.AbortedTransactions!);
            offset = aborted.Read(data.Records.Value, values);
        }
    }

    private static async Task<(ErrorCode Error, long Offset)> FetchOffsetAsync(
        RawClient client, string group, bool isStable)
    {
        var response = await client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
            new OffsetFetchRequest
            {
                GroupId = group,
                RequireStable = isStable,
                Topics = [new OffsetFetchRequest.OffsetFetchRequestTopic { Name = "logs", PartitionIndexes = [0] }],
            },
            7);
        var partition = response.Topics[0].Partitions[0];
        return (partition.ErrorCode, partition.CommittedOffset);
    }

    private static async Task<DescribeTransactionsResponse.TransactionStateData> DescribeAsync(
        RawClient client, string transactionalId) =>
        (await client.AskAsync<DescribeTransactionsRequest, DescribeTransactionsResponse>(
            new DescribeTransactionsRequest { TransactionalIds = [transactionalId] }, 0)).TransactionStates[0];
}
