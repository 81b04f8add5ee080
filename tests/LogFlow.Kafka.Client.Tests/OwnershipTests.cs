using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>
/// An exception that is not of the network, thrown in any operation of a produce or a fetch: it comes out where
/// somebody waits, nothing waits for ever, and all memory that was lent is back afterwards.
/// </summary>
public sealed class OwnershipTests
{
    private const int BatchCount = 4;
    private static readonly TopicPartition Partition = new(FakeCluster.Topic, 0);

    [Fact]
    public async Task Produce_ExceptionInAnyOperation_EndsAndGivesAllBack()
    {
        for (var at = 1; ; at++)
        {
            var faulty = new FaultyOpener(new FakeCluster(), (count, _) => count == at);
            var client = Client(faulty);
            var sent = 0;
            await using (client)
            {
                var sender = new PartitionSender(client, new PartitionSenderOptions());
                await using (sender)
                {
                    sent = await CountAsync(async () =>
                    {
                        var producer = await client.InitProducerIdAsync(Some.Deadline());
                        var sends = Enumerable.Range(0, BatchCount).Select(index => sender.SendAsync(
                            Partition, Some.RecordBatch(producer, index, $"value {index}"), Some.Deadline()).AsTask());
                        return (await Task.WhenAll(sends)).Count(result => result.IsSuccess);
                    });
                    Assert.True(sent == BatchCount || faulty.Count >= at, $"at {at}: {sent} sent");
                    Assert.Equal(0, sender.InFlightCount);
                    Assert.Equal(0, sender.InFlightBytes);
                }
            }

            Assert.Equal(0, client.Buffers.LentCount);
            if (faulty.Count < at)
            {
                Assert.Equal(BatchCount, sent);
                Assert.True(at > 10, "there were operations to fail");
                return;
            }
        }
    }

    [Fact]
    public async Task Fetch_ExceptionInAnyOperation_EndsAndGivesAllBack()
    {
        var cluster = new FakeCluster();
        for (var index = 0; index < BatchCount; index++)
        {
            cluster.Logs[0].Append(Some.RecordBatch(ProducerIdentity.None, -1, $"value {index}"));
        }

        for (var at = 1; ; at++)
        {
            var faulty = new FaultyOpener(cluster, (count, _) => count == at);
            var client = Client(faulty);
            var read = 0;
            await using (client)
            {
                var consumer = new PartitionConsumer(client, new PartitionConsumerOptions());
                await using (consumer)
                {
                    consumer.Assign(Partition, Guid.Empty, 0);
                    read = await CountAsync(async () =>
                    {
                        var count = 0;
                        while (count < BatchCount)
                        {
                            using var batch = await consumer.PollAsync(Some.Deadline());
                            count += batch.Count;
                        }

                        return count;
                    });
                }
            }

            Assert.Equal(0, client.Buffers.LentCount);
            if (faulty.Count < at || at > 200)
            {
                Assert.Equal(BatchCount, read);
                Assert.True(at > 10, "there were operations to fail");
                return;
            }
        }
    }

    [Fact]
    public async Task Send_LeaderCannotBeConnectedByADefect_FailsWhatWaitsAndAllThatFollows()
    {
        var isBroken = false;
        var faulty = new FaultyOpener(
            new FakeCluster(), (_, operation) => operation == "open" && Volatile.Read(ref isBroken));
        await using var client = Client(faulty);
        var producer = await client.InitProducerIdAsync(Some.Deadline());
        await using var sender = new PartitionSender(client, new PartitionSenderOptions());
        Volatile.Write(ref isBroken, true);

        var batch = Some.RecordBatch(producer, 0, "a");
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => sender.SendAsync(Partition, batch, Some.Deadline()).AsTask());
        var failure = await Assert.ThrowsAsync<BackgroundWorkException>(() => sender.Completion);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => sender.SendAsync(Partition, batch, Some.Deadline()).AsTask());

        Assert.IsType<InsufficientMemoryException>(failure.InnerException);
        Assert.Equal(0, sender.InFlightCount);
    }

    [Fact]
    public async Task Producer_LeaderCannotBeConnectedByADefect_FailsItsRecordsAndIsDisposedInTime()
    {
        var isBroken = false;
        var faulty = new FaultyOpener(
            new FakeCluster(), (_, operation) => operation == "open" && Volatile.Read(ref isBroken));
        await using var client = Client(faulty);
        await client.GetTopicAsync(FakeCluster.Topic, allowAutoCreate: false, Some.Deadline());
        await using var producer = new KafkaProducer(client, new KafkaProducerOptions());
        Volatile.Write(ref isBroken, true);

        var sends = Enumerable.Range(0, 5).Select(index => producer.SendAsync(
            new ProducerRecord { Topic = FakeCluster.Topic, Value = new byte[] { (byte)index } }, Some.Deadline()));
        var all = Task.WhenAll(sends);
        await Assert.ThrowsAsync<InvalidOperationException>(() => all);
        await Assert.ThrowsAsync<BackgroundWorkException>(() => producer.Completion);

        await producer.FlushAsync(Some.Deadline());
    }

    [Fact]
    public async Task Poll_FetchFailsByADefect_TellsThePoller()
    {
        var isBroken = false;
        var faulty = new FaultyOpener(
            new FakeCluster(), (_, operation) => operation == "open" && Volatile.Read(ref isBroken));
        await using var client = Client(faulty);
        await client.GetTopicAsync(FakeCluster.Topic, allowAutoCreate: false, Some.Deadline());
        Volatile.Write(ref isBroken, true);
        await using var consumer = new PartitionConsumer(client, new PartitionConsumerOptions());
        consumer.Assign(Partition, Guid.Empty, 0);

        var failure = await Assert.ThrowsAsync<KafkaException>(
            async () => (await consumer.PollAsync(Some.Deadline())).Dispose());

        Assert.Equal(ErrorCode.UnknownServerError, failure.Code);
        Assert.Contains("injected", failure.Message, StringComparison.Ordinal);
    }

    private static KafkaClient Client(FaultyOpener opener) =>
        new FakeCluster().Client(options => options with { ConnectionOpener = opener });

    /// <summary>The count, or −1 where the failure came out: both are ends.</summary>
    private static async Task<int> CountAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is KafkaException or InvalidOperationException
            or InsufficientMemoryException)
        {
            return -1;
        }
    }
}
