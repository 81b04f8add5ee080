using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Testing;

namespace LogFlow.Kafka.Client.Tests;

public sealed class KafkaProducerTests
{
    [Fact]
    public async Task Send_FaultsAllTheTime_EachRecordOnceInOrder()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var gate = new Lock();
        var cluster = new FakeCluster
        {
            ProduceFault = (_, _) =>
            {
                lock (gate)
                {
                    return random.Next(10) switch
                    {
                        0 => FakeFault.LoseRequest,
                        1 => FakeFault.LoseResponse,
                        _ => FakeFault.None,
                    };
                }
            },
        };
        await using var client = cluster.Client();
        await using var producer = new KafkaProducer(
            client, new KafkaProducerOptions { BatchBytes = 400, Linger = TimeSpan.Zero });

        var results = await Task.WhenAll(Enumerable.Range(0, 2000).Select(index => SendAsync(producer, $"{index}")));

        Assert.All(results, result => Assert.True(result.IsSuccess, $"seed {seed}: {result}"));
        Assert.True(
            Enumerable.Range(0, 2000).Select(index => $"{index}").SequenceEqual(Values(cluster)), $"seed {seed}");
        for (var index = 0; index < results.Length; index++)
        {
            Assert.Contains(results[index].Offset, new[] { index, -1L });
        }
    }

    [Fact]
    public async Task Send_OneBatchRefused_OnlyItsRecordsFailAndTheRestGoesOnInOrder()
    {
        var requests = 0;
        var cluster = new FakeCluster();
        cluster.PartitionError = (_, _) =>
            Interlocked.Increment(ref requests) == 3 ? ErrorCode.MessageTooLarge : null;
        await using var client = cluster.Client();
        await using var producer = new KafkaProducer(
            client, new KafkaProducerOptions { BatchBytes = 400, Linger = TimeSpan.Zero });

        var results = await Task.WhenAll(Enumerable.Range(0, 500).Select(index => SendAsync(producer, $"{index}")));

        var delivered = Enumerable.Range(0, 500).Where(index => results[index].IsSuccess).ToArray();
        Assert.InRange(delivered.Length, 480, 499);
        Assert.All(results.Where(result => !result.IsSuccess), result =>
            Assert.Equal(ErrorCode.MessageTooLarge, result.Error));
        Assert.Equal(delivered.Select(index => $"{index}"), Values(cluster));
    }

    [Fact]
    public async Task Send_BrokerForgotTheProducer_GoesOnUnderANewEpoch()
    {
        var requests = 0;
        var cluster = new FakeCluster();
        cluster.PartitionError = (_, _) =>
            Interlocked.Increment(ref requests) == 2 ? ErrorCode.UnknownProducerId : null;
        await using var client = cluster.Client();
        await using var producer = new KafkaProducer(client, new KafkaProducerOptions { Linger = TimeSpan.Zero });

        for (var index = 0; index < 5; index++)
        {
            Assert.True((await SendAsync(producer, $"{index}")).IsSuccess);
        }

        Assert.Equal(["0", "1", "2", "3", "4"], Values(cluster));
        Assert.Equal(1, RecordBatchHeader.Read(cluster.Logs[0].Batches[^1].Bytes).ProducerEpoch);
    }

    [Fact]
    public async Task Send_BrokerDownBeyondTheDeliveryTimeout_FailsAndLaterOnesArrive()
    {
        var cluster = new FakeCluster();
        await using var client = cluster.Client();
        await using var producer = new KafkaProducer(
            client,
            new KafkaProducerOptions { Linger = TimeSpan.Zero, DeliveryTimeout = TimeSpan.FromSeconds(3) });
        Assert.True((await SendAsync(producer, "before")).IsSuccess);
        cluster.IsDown = static _ => true;
        cluster.DropAll();

        var lost = await SendAsync(producer, "lost");
        cluster.IsDown = static _ => false;
        var after = default(ProduceResult);
        await Eventually.TrueAsync(
            async () => (after = await SendAsync(producer, "after")).IsSuccess, "the broker to be used again");

        Assert.Equal(ErrorCode.RequestTimedOut, lost.Error);
        Assert.Equal(["before", "after"], Values(cluster));
    }

    [Fact]
    public async Task Send_BufferFull_WaitsForRoom()
    {
        var gate = new TaskCompletionSource();
        var cluster = new FakeCluster { ProduceGate = _ => gate.Task };
        await using var client = cluster.Client();
        await using var producer = new KafkaProducer(
            client, new KafkaProducerOptions { Linger = TimeSpan.Zero, BufferBytesMax = 200 });
        var first = SendAsync(producer, new string('a', 100));
        using var impatience = new CancellationTokenSource();
        var second = producer.SendAsync(Record(new string('b', 100)), impatience.Token);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(ErrorCode.MessageTooLarge, (await SendAsync(producer, new string('c', 300))).Error);
        gate.SetResult();

        Assert.True((await first).IsSuccess);
        Assert.True((await SendAsync(producer, new string('d', 100))).IsSuccess);
    }

    [Fact]
    public async Task Send_KeysAndNone_KeysStayTogetherAndOthersFillBatches()
    {
        var cluster = new FakeCluster(partitionCount: 4);
        await using var client = cluster.Client();
        await using var producer = new KafkaProducer(
            client, new KafkaProducerOptions { Linger = TimeSpan.FromSeconds(60), BatchBytes = 100_000 });
        var keyed = Enumerable.Range(0, 40).Select(index => producer.SendAsync(
            Record($"{index}") with { Key = Encoding.UTF8.GetBytes($"key-{index % 4}") }, Some.Deadline())).ToArray();
        var others = Enumerable.Range(0, 40).Select(index => SendAsync(producer, $"other {index}")).ToArray();
        await producer.FlushAsync(Some.Deadline());

        var partitions = (await Task.WhenAll(keyed)).Select(result => result.TopicPartition.Partition).ToArray();
        for (var index = 0; index < partitions.Length; index++)
        {
            Assert.Equal(Murmur2.Partition(Encoding.UTF8.GetBytes($"key-{index % 4}"), 4), partitions[index]);
        }

        Assert.Single((await Task.WhenAll(others)).Select(result => result.TopicPartition).Distinct());
    }

    private static Task<ProduceResult> SendAsync(KafkaProducer producer, string value) =>
        producer.SendAsync(Record(value), Some.Deadline());

    private static ProducerRecord Record(string value) =>
        new() { Topic = FakeCluster.Topic, Value = Encoding.UTF8.GetBytes(value) };

    private static List<string> Values(FakeCluster cluster)
    {
        var values = new List<string>();
        foreach (var (_, bytes) in cluster.Logs[0].Batches)
        {
            using var decoded = RecordBatch.Decode(bytes, 1024 * 1024);
            foreach (var record in decoded)
            {
                values.Add(Some.Text(record.Value));
            }
        }

        return values;
    }
}
