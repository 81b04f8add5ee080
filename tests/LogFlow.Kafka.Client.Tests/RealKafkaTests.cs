using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>Against Apache Kafka itself.</summary>
[Collection(nameof(RealKafkaCollection))]
public sealed class RealKafkaTests(RealKafkaFixture kafka)
{
    [RequiresFact(Requirement.Kafka)]
    public async Task Produce_EveryCodec_ComesBackAsWritten()
    {
        await using var client = Some.Client(kafka.Address);
        var admin = new AdminClient(client);
        foreach (var codec in Enum.GetValues<CompressionType>())
        {
            var topic = $"codec-{codec}".ToLowerInvariant();
            var created = await admin.CreateTopicAsync(new NewTopic(topic, 3, 1), Some.Deadline());
            Assert.Equal(ErrorCode.None, created.Error);
            await using (var producer = new KafkaProducer(client, new KafkaProducerOptions { Compression = codec }))
            {
                var sends = Enumerable.Range(0, 1000).Select(index => producer.SendAsync(
                    new ProducerRecord
                    {
                        Topic = topic,
                        Key = Encoding.UTF8.GetBytes($"key-{index % 50}"),
                        Value = Encoding.UTF8.GetBytes($"value {index} {new string('x', index % 200)}"),
                        TimestampMs = 1_700_000_000_000 + index,
                        Headers = [new RecordHeader("n"u8.ToArray(), Encoding.UTF8.GetBytes($"{index}"))],
                    },
                    Some.Deadline())).ToList();
                await producer.FlushAsync(Some.Deadline());
                Assert.All(await Task.WhenAll(sends), result => Assert.Equal(ErrorCode.None, result.Error));
            }

            await using var consumer = new GroupConsumer(
                client,
                new GroupConsumerOptions { GroupId = $"g-{topic}", Topics = [topic] },
                NullLoggerFactory.Instance);
            var read = new List<(int Index, TopicPartition Partition)>();
            while (read.Count < 1000)
            {
                using var batch = await consumer.PollAsync(Some.Deadline());
                Assert.Equal(created.TopicId, batch.TopicId);
                foreach (var record in batch.Records)
                {
                    var index = int.Parse(Some.Text(record.Value).Split(' ')[1]);
                    Assert.Equal($"value {index} {new string('x', index % 200)}", Some.Text(record.Value));
                    Assert.Equal($"key-{index % 50}", Some.Text(record.Key));
                    Assert.Equal(1_700_000_000_000 + index, record.TimestampMs);
                    foreach (var header in record.Headers)
                    {
                        Assert.Equal($"{index}", Some.Text(header.Value));
                    }

                    read.Add((index, batch.TopicPartition));
                }
            }

            Assert.Equal(Enumerable.Range(0, 1000), read.Select(item => item.Index).Order());
            foreach (var key in read.GroupBy(item => item.Index % 50))
            {
                Assert.Single(key.Select(item => item.Partition).Distinct());
                Assert.Equal(key.Select(item => item.Index).Order(), key.Select(item => item.Index));
            }
        }
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task DescribeProducers_AfterAnIdempotentProducer_KnowsItsLastSequence()
    {
        await using var client = Some.Client(kafka.Address);
        var admin = new AdminClient(client);
        var topic = new TopicPartition("producers", 0);
        await admin.CreateTopicAsync(new NewTopic(topic.Topic, 1, 1), Some.Deadline());
        var producer = await client.InitProducerIdAsync(Some.Deadline());
        await using var sender = new PartitionSender(client, new PartitionSenderOptions());
        Assert.Empty(await admin.DescribeProducersAsync(topic, Some.Deadline()));

        var sent = await sender.SendAsync(topic, Some.RecordBatch(producer, 0, "a", "b", "c"), Some.Deadline());
        var found = Assert.Single(await admin.DescribeProducersAsync(topic, Some.Deadline()));

        Assert.True(sent.IsSuccess);
        Assert.Equal((producer, 2, -1L), (found.Identity, found.LastSequence, found.TransactionStartOffset));
    }
}
