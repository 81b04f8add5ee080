using LogFlow.Kafka.Protocol;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>Apache Kafka is killed and started again while batches are on their way.</summary>
public sealed class RealKafkaCrashTests
{
    private const int PartitionCount = 3;
    private const int BatchCount = 400;
    private const int RecordsPerBatch = 20;

    [RequiresFact(Requirement.Kafka)]
    public async Task Send_KafkaKilledTwice_EachRecordOnceInOrder()
    {
        using var folder = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(folder.Path, "log.flush.interval.messages=1");
        await using var client = Some.Client(kafka.Address);
        var topic = new NewTopic("logs", PartitionCount, 1);
        Assert.Equal(ErrorCode.None, (await new AdminClient(client).CreateTopicAsync(topic, Some.Deadline())).Error);
        await using var sender = new PartitionSender(client, new PartitionSenderOptions());
        var producer = await client.InitProducerIdAsync(Some.Deadline());
        var sends = Enumerable.Range(0, PartitionCount)
            .Select(partition => SendAllAsync(sender, producer, partition)).ToArray();

        // Each kill comes when sending is under way again after the one before.
        foreach (var share in new[] { 4, 2 })
        {
            await Eventually.TrueAsync(() => _acknowledged >= PartitionCount * BatchCount / share, "acknowledgements");
            await kafka.KillAsync();
            await kafka.RestartAsync();
        }

        foreach (var results in await Task.WhenAll(sends))
        {
            Assert.All(results, result => Assert.True(result.IsSuccess, result.ToString()));
        }

        await AssertReadBackAsync(client);
    }

    private int _acknowledged;

    private async Task<SendResult[]> SendAllAsync(PartitionSender sender, ProducerIdentity producer, int partition)
    {
        var tasks = new List<Task<SendResult>>();
        for (var index = 0; index < BatchCount; index++)
        {
            var values = Enumerable.Range(index * RecordsPerBatch, RecordsPerBatch).Select(n => $"{partition}:{n}");
            var batch = Some.RecordBatch(producer, index * RecordsPerBatch, [.. values]);
            tasks.Add(CountAsync(sender.SendAsync(new TopicPartition("logs", partition), batch, Some.Deadline(300))));

            // Some batches ahead, not all at once: the broker is to die under load, not before it.
            if (tasks.Count > 20)
            {
                await tasks[^20];
            }
        }

        return await Task.WhenAll(tasks);
    }

    private async Task<SendResult> CountAsync(ValueTask<SendResult> send)
    {
        var result = await send;
        Interlocked.Increment(ref _acknowledged);
        return result;
    }

    private static async Task AssertReadBackAsync(KafkaClient client)
    {
        await using var consumer = new GroupConsumer(
            client, new GroupConsumerOptions { GroupId = "check", Topics = ["logs"] }, NullLoggerFactory.Instance);
        var next = new int[PartitionCount];
        var total = 0;
        while (total < PartitionCount * BatchCount * RecordsPerBatch)
        {
            using var batch = await consumer.PollAsync(Some.Deadline());
            var partition = batch.TopicPartition.Partition;
            foreach (var record in batch.Records)
            {
                Assert.True(
                    Some.Text(record.Value) == $"{partition}:{next[partition]}" && record.Offset == next[partition],
                    $"{Some.Text(record.Value)} at offset {record.Offset} of batch {batch.FirstOffset}");
                next[partition]++;
                total++;
            }
        }

        // Nothing follows: the logs end where the last record stands.
        var admin = new AdminClient(client);
        for (var partition = 0; partition < PartitionCount; partition++)
        {
            var end = await admin.ListOffsetAsync(
                new TopicPartition("logs", partition), ListedOffset.Latest, Some.Deadline());
            Assert.Equal(BatchCount * RecordsPerBatch, end.Offset);
        }
    }
}
