using LogFlow.Kafka.Protocol;
using Xunit.Abstractions;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>
/// The agent's exactly-once rests on this: whatever breaks between the sender and the log, each batch stands in the log
/// once, in the order it was given.
/// </summary>
public sealed class PartitionSenderFaultTests(ITestOutputHelper output)
{
    private const int PartitionCount = 3;
    private const int BatchCount = 120;

    [Fact]
    public async Task Send_RandomFaults_EachBatchOnceInOrder()
    {
        for (var round = 0; round < 30; round++)
        {
            var seed = Environment.TickCount ^ (round * 7919);
            output.WriteLine($"seed {seed}");
            await RunAsync(seed);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(42)]
    [InlineData(20261121)]
    public Task Send_FaultsOfKnownSeed_EachBatchOnceInOrder(int seed) => RunAsync(seed);

    private static async Task RunAsync(int seed)
    {
        var cluster = new FakeCluster(PartitionCount, brokerCount: 2);
        var faults = new Faults(seed);
        Arm(cluster, faults);
        await using var client = cluster.Client();
        await using var sender = new PartitionSender(client, new PartitionSenderOptions());
        var producer = new ProducerIdentity(7, 0);
        var sends = new List<(int Partition, int Sequence, Task<SendResult> Task)>();
        for (var index = 0; index < BatchCount; index++)
        {
            for (var partition = 0; partition < PartitionCount; partition++)
            {
                var batch = Some.RecordBatch(producer, index * 2, $"{partition}:{index}:a", $"{partition}:{index}:b");
                var task = sender.SendAsync(new TopicPartition(FakeCluster.Topic, partition), batch, Some.Deadline());
                sends.Add((partition, index, task.AsTask()));
            }

            if (index % 10 == 0)
            {
                await Task.Yield();
            }
        }

        try
        {
            await Task.WhenAll(sends.Select(send => send.Task)).WaitAsync(Some.Long);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"seed {seed}: {sends.Count(send => !send.Task.IsCompleted)} sends have not ended");
        }

        Check(seed, cluster, sends);
    }

    private static void Check(
        int seed, FakeCluster cluster, List<(int Partition, int Sequence, Task<SendResult> Task)> sends)
    {
        foreach (var (partition, sequence, task) in sends)
        {
            var result = task.Result;
            Assert.True(result.IsSuccess, $"seed {seed}: {partition}:{sequence} ended with {result}");
            if (result.BaseOffset >= 0)
            {
                Assert.Equal(sequence * 2, result.BaseOffset);
            }
        }

        for (var partition = 0; partition < PartitionCount; partition++)
        {
            var sequences = cluster.Logs[partition].Batches
                .Select(batch => RecordBatchHeader.Read(batch.Bytes).BaseSequence / 2).ToArray();
            Assert.True(
                sequences.SequenceEqual(Enumerable.Range(0, BatchCount)),
                $"seed {seed}: partition {partition} holds {string.Join(" ", sequences)}");
        }
    }

    private static void Arm(FakeCluster cluster, Faults faults)
    {
        cluster.ProduceFault = (_, _) => faults.Draw(100) switch
        {
            < 6 => FakeFault.LoseRequest,
            < 12 => FakeFault.LoseResponse,
            < 15 => FakeFault.CutResponse,
            _ => FakeFault.None,
        };
        cluster.PartitionError = (_, partition) =>
        {
            switch (faults.Draw(100))
            {
                case < 4:
                    // Outside of the cluster's own lock order: the next request sees the new leader.
                    cluster.MoveLeader(partition, faults.Draw(cluster.BrokerCount));
                    return ErrorCode.NotLeaderOrFollower;
                case < 8:
                    return ErrorCode.NotEnoughReplicas;
                case < 10:
                    return ErrorCode.KafkaStorageError;
                default:
                    return null;
            }
        };
        cluster.ErrorAfterAppend = _ => faults.Draw(100) < 4 ? ErrorCode.RequestTimedOut : null;
        cluster.IsDown = _ => faults.Draw(100) < 20;
        cluster.ProduceGate = async _ =>
        {
            for (var yields = faults.Draw(4); yields > 0; yields--)
            {
                await Task.Yield();
            }
        };
    }

    /// <summary>Random numbers for several threads.</summary>
    private sealed class Faults(int seed)
    {
        private readonly Lock _gate = new();
        private readonly Random _random = new(seed);

        public int Draw(int below)
        {
            lock (_gate)
            {
                return _random.Next(below);
            }
        }
    }
}
