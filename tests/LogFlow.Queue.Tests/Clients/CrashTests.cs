using System.Globalization;
using System.Net.Sockets;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>
/// kill -9 of the queue under idempotent producers; what was acknowledged must be there, once and in order.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Producers = 3;
    private const int Rounds = 4;

    [RequiresFact(Requirement.Linux)]
    public async Task Kill_UnderIdempotentProducers_KeepsEveryAckOnceAndInOrder()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var directory = new TempDirectory();
        await using var queue = await QueueProcess.StartAsync(directory.Path);
        using (var admin = await RawClient.ConnectAsync(queue.Port))
        {
            await admin.CreateTopicAsync("logs", Producers);
        }

        using var stop = new CancellationTokenSource();
        var producers = Enumerable.Range(0, Producers)
            .Select(partition => new SequencedProducer(queue.Port, partition)).ToArray();
        var running = producers.Select(producer => Task.Run(() => producer.RunAsync(stop.Token))).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            var goal = producers.Sum(producer => producer.Acknowledged) + random.Next(50, 400);
            await Eventually.TrueAsync(
                () => producers.Sum(producer => producer.Acknowledged) >= goal || running.Any(task => task.IsFaulted),
                $"{goal} acknowledged records; the queue said:\n{queue.Output}");
            await queue.KillAsync();
            await queue.StartAgainAsync();
        }

        var last = producers.Sum(producer => producer.Acknowledged) + 50;
        await Eventually.TrueAsync(
            () => producers.Sum(producer => producer.Acknowledged) >= last || running.Any(task => task.IsFaulted),
            "producers to go on after the last crash");
        await stop.CancelAsync();
        await Task.WhenAll(running);

        using var reader = await RawClient.ConnectAsync(queue.Port);
        foreach (var producer in producers)
        {
            var values = await ReadAllAsync(reader, producer.Partition);

            // Sent but unacknowledged records at the very end may be there or not; nothing may be missing or doubled.
            Assert.True(
                values.Count >= producer.Acknowledged,
                $"lost: {values.Count} of {producer.Acknowledged}, seed {seed}");
            for (var i = 0; i < values.Count; i++)
            {
                Assert.Equal($"p{producer.Partition}-{i} 0", values[i]);
            }

            output.WriteLine(
                $"partition {producer.Partition}: {producer.Acknowledged} acknowledged, {producer.Retries} retries");
        }
    }

    [RequiresFact(Requirement.Linux)]
    public async Task Kill_AfterCommittedOffsets_KeepsThem()
    {
        using var directory = new TempDirectory();
        await using var queue = await QueueProcess.StartAsync(directory.Path);
        using (var client = await RawClient.ConnectAsync(queue.Port))
        {
            await client.CreateTopicAsync("logs");
            for (var offset = 0; offset < 200; offset++)
            {
                var committed = await client.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(Commit(offset), 8);
                Assert.Equal(ErrorCode.None, committed.Topics[0].Partitions[0].ErrorCode);
            }

            await queue.KillAsync();
        }

        await queue.StartAgainAsync();
        using var again = await RawClient.ConnectAsync(queue.Port);
        var fetched = await again.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
            new OffsetFetchRequest
            {
                GroupId = "g",
                Topics = [new OffsetFetchRequest.OffsetFetchRequestTopic { Name = "logs", PartitionIndexes = [0] }],
            },
            7);
        Assert.Equal((199L, "at 199"), (
            fetched.Topics[0].Partitions[0].CommittedOffset, fetched.Topics[0].Partitions[0].Metadata));
    }

    internal static OffsetCommitRequest Commit(int offset) => new()
    {
        GroupId = "g",
        GenerationIdOrMemberEpoch = -1,
        MemberId = "",
        Topics =
        [
            new OffsetCommitRequest.OffsetCommitRequestTopic
            {
                Name = "logs",
                Partitions =
                [
                    new OffsetCommitRequest.OffsetCommitRequestPartition
                    {
                        PartitionIndex = 0,
                        CommittedOffset = offset,
                        CommittedMetadata = $"at {offset.ToString(CultureInfo.InvariantCulture)}",
                    },
                ],
            },
        ],
    };

    internal static async Task<List<string>> ReadAllAsync(RawClient reader, int partition)
    {
        var values = new List<string>();
        while (true)
        {
            var request = Some.Fetch("logs", values.Count);
            request.Topics[0].Partitions[0].Partition = partition;
            var data = (await reader.FetchAsync(request)).Responses[0].Partitions[0];
            Assert.Equal(ErrorCode.None, data.ErrorCode);
            if (data.Records!.Value.IsEmpty)
            {
                return values;
            }

            values.AddRange(Some.Values(data.Records));
        }
    }

    /// <summary>
    /// Sends numbered records, one a batch, five in flight. After a lost connection it sends every batch that was not
    /// acknowledged again, with the same sequence, as an idempotent client does.
    /// </summary>
    internal sealed class SequencedProducer(int port, int partition)
    {
        private const int InFlightMax = 5;

        private long _acknowledged;
        private long _producerId = -1;

        public int Partition { get; } = partition;

        public long Acknowledged => Interlocked.Read(ref _acknowledged);

        public int Retries { get; private set; }

        public async Task RunAsync(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var client = await RawClient.ConnectAsync(port);
                    await SendUntilLostAsync(client, stop);
                }
                catch (Exception error) when (error is SocketException or IOException)
                {
                    Retries++;
                    await Task.Yield();
                }
            }
        }

        private async Task SendUntilLostAsync(RawClient client, CancellationToken stop)
        {
            if (_producerId < 0)
            {
                _producerId = (await client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
                    new InitProducerIdRequest { TransactionalId = null }, 3)).ProducerId;
            }

            var inFlight = new Queue<int>();
            var next = (int)Acknowledged;
            while (!stop.IsCancellationRequested || inFlight.Count > 0)
            {
                while (inFlight.Count < InFlightMax && !stop.IsCancellationRequested)
                {
                    var batch = Some.Batch(1, $"p{Partition}-{next}", _producerId, 0, next);
                    next++;
                    inFlight.Enqueue(await client.SendAsync<ProduceRequest, ProduceResponse>(
                        Some.Produce("logs", Partition, batch), 9));
                }

                var response = await client.ReceiveAsync<ProduceRequest, ProduceResponse>(inFlight.Dequeue(), 9);
                var result = response.Responses[0].PartitionResponses[0];
                Assert.Equal((ErrorCode.None, Acknowledged), (result.ErrorCode, result.BaseOffset));
                Interlocked.Increment(ref _acknowledged);
            }
        }
    }
}
