using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Tests;

/// <summary>What the coordinator does when disks fail, time passes, and requests meet.</summary>
public sealed class TransactionCoordinatorTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task End_APartitionsDiskFails_TheDecisionStandsAndIsToldAfterARestart()
    {
        await using (var harness = await TransactionHarness.OpenAsync(_directory.Path))
        {
            var producer = await harness.InitAsync();
            Assert.Equal(ErrorCode.None, await harness.AddAsync(producer, 0, 1));
            Assert.Equal(ErrorCode.None, (await harness.AppendAsync(producer, 0)).Error);
            Assert.Equal(ErrorCode.None, (await harness.AppendAsync(producer, 0, partition: 1)).Error);
            harness.Files.Fails = path => path.Contains("/1/", StringComparison.Ordinal);
            Assert.Equal(ErrorCode.None, (await harness.EndAsync(producer, isCommit: true)).Error);
            Assert.Equal(TransactionStatus.PrepareCommit, harness.State.Status);
            Assert.Equal((2L, 0L), (harness.Log().LastStableOffset, harness.Log(1).LastStableOffset));

            // Nothing else begins under the id before that is over, and the outcome does not change.
            Assert.Equal(ErrorCode.ConcurrentTransactions, await harness.AddAsync(producer, 0));
            Assert.Equal(ErrorCode.ConcurrentTransactions, (await harness.AppendAsync(producer, 1)).Error);
            Assert.Equal(ErrorCode.InvalidTxnState, (await harness.EndAsync(producer, isCommit: false)).Error);
            Assert.Equal(
                ErrorCode.ConcurrentTransactions,
                (await harness.Coordinator.InitProducerIdAsync(TransactionHarness.Id, 1000, -1, -1)).Error);
            await harness.Coordinator.RunUpkeepOnceAsync();
            Assert.Equal(TransactionStatus.PrepareCommit, harness.State.Status);
        }

        await using (var harness = await TransactionHarness.OpenAsync(_directory.Path))
        {
            Assert.Equal(TransactionStatus.CompleteCommit, harness.State.Status);
            Assert.Equal(2, harness.Log(1).LastStableOffset);
            Assert.False(harness.Log(1).HasOpenTransaction);
        }
    }

    [Fact]
    public async Task End_AGroupCannotBeTold_UpkeepTellsIt()
    {
        await using var harness = await TransactionHarness.OpenAsync(_directory.Path);
        var producer = await harness.InitAsync();
        var partition = new TopicPartition(TransactionHarness.Topic, 0);
        var committed = await harness.Coordinator.CommitOffsetsAsync(
            TransactionHarness.Id,
            producer.ProducerId,
            producer.ProducerEpoch,
            GroupHarness.GroupId,
            addsGroup: true,
            () => harness.Groups.Coordinator.CommitInTransactionAsync(
                GroupHarness.GroupId, producer.ProducerId, "", null, -1, [new(partition, new(7, -1, "", 0))]));
        Assert.Equal(ErrorCode.None, committed);
        harness.Groups.Store.Fails = true;
        Assert.Equal(ErrorCode.None, (await harness.EndAsync(producer, isCommit: true)).Error);
        Assert.Equal(TransactionStatus.PrepareCommit, harness.State.Status);
        Assert.True(harness.Groups.Group.HasPendingOffset(partition));
        harness.Groups.Store.Fails = false;
        await harness.Coordinator.RunUpkeepOnceAsync();
        Assert.Equal(TransactionStatus.CompleteCommit, harness.State.Status);
        Assert.Equal(7, harness.Groups.Group.GetOffset(partition)!.Offset);
        Assert.Equal(ErrorCode.None, await harness.AddAsync(producer, 0));
    }

    [Fact]
    public async Task End_TheStateLogsDiskFails_NothingIsDecided()
    {
        await using (var harness = await TransactionHarness.OpenAsync(_directory.Path))
        {
            var producer = await harness.InitAsync();
            await harness.AddAsync(producer, 0);
            Assert.Equal(ErrorCode.None, (await harness.AppendAsync(producer, 0)).Error);
            harness.Files.Fails = path => path.EndsWith("/state/transactions", StringComparison.Ordinal);
            Assert.Equal(
                ErrorCode.CoordinatorNotAvailable, (await harness.EndAsync(producer, isCommit: true)).Error);
            Assert.Equal(TransactionStatus.Ongoing, harness.State.Status);
            Assert.Equal((0L, 1L), (harness.Log().LastStableOffset, harness.Log().HighWatermark));
            Assert.Equal(ErrorCode.None, (await harness.AppendAsync(producer, 1)).Error);
        }

        await using (var harness = await TransactionHarness.OpenAsync(_directory.Path))
        {
            Assert.Equal(TransactionStatus.Ongoing, harness.State.Status);
            var state = harness.State;
            var producer = new ProducerIdResult(ErrorCode.None, state.ProducerId, state.ProducerEpoch);
            Assert.Equal(ErrorCode.None, (await harness.EndAsync(producer, isCommit: true)).Error);
            Assert.Equal(3, harness.Log().LastStableOffset);
        }
    }

    [Fact]
    public async Task Upkeep_TransactionReachesItsTimeout_IsAbortedUnderTheNextEpoch()
    {
        await using var harness = await TransactionHarness.OpenAsync(_directory.Path);
        var producer = await harness.InitAsync();
        await harness.AddAsync(producer, 0);
        Assert.Equal(ErrorCode.None, (await harness.AppendAsync(producer, 0)).Error);
        harness.Time.AdvanceMs(TransactionHarness.TimeoutMs);
        await harness.Coordinator.RunUpkeepOnceAsync();
        Assert.Equal(TransactionStatus.Ongoing, harness.State.Status);
        harness.Time.AdvanceMs(1);
        await harness.Coordinator.RunUpkeepOnceAsync();
        Assert.Equal(
            (TransactionStatus.CompleteAbort, producer.ProducerEpoch + 1),
            (harness.State.Status, harness.State.ProducerEpoch));
        Assert.Equal(ErrorCode.ProducerFenced, (await harness.EndAsync(producer, isCommit: true)).Error);
        var secondKind = await harness.EndAsync(producer, isCommit: false, bumpsEpoch: true);
        Assert.Equal(ErrorCode.ProducerFenced, secondKind.Error);
        using var read = harness.Log().Read(0, 1000, isReadCommitted: true);
        Assert.Equal(producer.ProducerId, Assert.Single(read.AbortedTransactions).ProducerId);
    }

    [Fact]
    public async Task Append_BeforeThePartitionIsAdded_KeepsTheOrderOfTheCalls()
    {
        await using var harness = await TransactionHarness.OpenAsync(_directory.Path);
        var producer = await harness.InitAsync();
        for (var round = 0; round < 20; round++)
        {
            var appends = Enumerable.Range(0, 10)
                .Select(sequence => harness.AppendAsync(producer, sequence, addsPartition: true).AsTask()).ToArray();
            var results = await Task.WhenAll(appends);
            Assert.All(results, result => Assert.Equal(ErrorCode.None, result.Error));
            Assert.Equal(
                Enumerable.Range(0, 10).Select(i => results[0].BaseOffset + i),
                results.Select(result => result.BaseOffset));
            producer = await harness.EndAsync(producer, isCommit: true, bumpsEpoch: true);
            Assert.Equal(ErrorCode.None, producer.Error);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Append_WhileTheTransactionEnds_IsNeverBehindItsMarker(bool isSecondKind)
    {
        // Large batches take longer to check than the coordinator takes from the decision to the marker.
        const int count = 40_000;
        await using var harness = await TransactionHarness.OpenAsync(_directory.Path);
        var producer = await harness.InitAsync();
        var sequence = 0;
        for (var round = 0; round < 40; round++)
        {
            Assert.Equal(ErrorCode.None, await harness.AddAsync(producer, 0));
            var appending = Task.Run(async () =>
            {
                var batch = harness.Batch(producer, sequence, count: count);
                while (true)
                {
                    var append = harness.Coordinator.AppendAsync(TransactionHarness.Id, batch, isSecondKind);
                    batch = harness.Batch(producer, sequence + count, count: count);
                    if ((await append).Error != ErrorCode.None)
                    {
                        return;
                    }

                    sequence += count;
                }
            });
            var ended = await harness.EndAsync(producer, isCommit: round % 2 == 0, isSecondKind);
            Assert.Equal(ErrorCode.None, ended.Error);
            await appending;
            Assert.False(harness.Log().HasOpenTransaction, $"round {round}: a batch stands behind its marker");
            if (isSecondKind)
            {
                (producer, sequence) = (ended, 0);
            }
        }
    }

    [Fact]
    public async Task SecondKind_EpochsUsedUp_GoesOnUnderANewIdThatSurvivesARestart()
    {
        var last = new ProducerIdResult(ErrorCode.None, 500_000, short.MaxValue - 1);
        ProducerIdResult next;
        await using (var harness = await TransactionHarness.OpenAsync(_directory.Path))
        {
            // What years of transactions lead to.
            await harness.PutStateAsync(new TransactionState
            {
                TransactionalId = TransactionHarness.Id,
                ProducerId = last.ProducerId,
                ProducerEpoch = last.ProducerEpoch,
                TimeoutMs = TransactionHarness.TimeoutMs,
            });
        }

        await using (var harness = await TransactionHarness.OpenAsync(_directory.Path))
        {
            Assert.Equal(ErrorCode.None, (await harness.AppendAsync(last, 0, addsPartition: true)).Error);
            next = await harness.EndAsync(last, isCommit: true, bumpsEpoch: true);
            Assert.Equal((ErrorCode.None, (short)0), (next.Error, next.ProducerEpoch));
            Assert.NotEqual(last.ProducerId, next.ProducerId);
            Assert.Equal(next, await harness.EndAsync(last, isCommit: true, bumpsEpoch: true));
        }

        await using (var harness = await TransactionHarness.OpenAsync(_directory.Path))
        {
            Assert.Equal(next, await harness.EndAsync(last, isCommit: true, bumpsEpoch: true));
            Assert.Equal(ErrorCode.None, (await harness.AppendAsync(next, 0, addsPartition: true)).Error);
            Assert.Equal(ErrorCode.InvalidProducerIdMapping, (await harness.AppendAsync(last, 1)).Error);
            Assert.Equal(ErrorCode.None, (await harness.EndAsync(next, isCommit: true, bumpsEpoch: true)).Error);
            Assert.Equal(4, harness.Log().LastStableOffset);
        }
    }

    [Fact]
    public void Codec_AnyState_ComesBackTheSame()
    {
        var random = new Random(3);
        for (var i = 0; i < 200; i++)
        {
            var state = new TransactionState
            {
                TransactionalId = $"id-ü-{random.Next()}",
                ProducerId = random.NextInt64(),
                ProducerEpoch = (short)random.Next(short.MaxValue),
                LastProducerEpoch = (short)random.Next(-1, 9),
                PreviousProducerId = random.NextInt64(),
                NextProducerId = random.NextInt64(),
                TimeoutMs = random.Next(),
                Status = (TransactionStatus)random.Next(6),
                StartMs = random.NextInt64(),
                UpdatedMs = random.NextInt64(),
                Partitions = [.. Enumerable.Range(0, random.Next(9))
                    .Select(_ => new TopicPartition($"t{random.Next(3)}", random.Next()))],
                Groups = [.. Enumerable.Range(0, random.Next(4)).Select(_ => $"g{random.Next()}")],
            };
            var read = TransactionStateCodec.Decode(
                TransactionStateCodec.EncodeKey(state.TransactionalId), TransactionStateCodec.Encode(state));
            Assert.True(read.Partitions.SetEquals(state.Partitions));
            Assert.True(read.Groups.SetEquals(state.Groups));
            Assert.Equal(state, read with { Partitions = state.Partitions, Groups = state.Groups });
        }
    }
}
