using System.Net.Sockets;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>
/// kill -9 of the queue under transactional producers; what was committed must be there once and whole, in every
/// partition and in the group's offset, and what was aborted never. Every second producer uses transactions of the
/// second kind (KIP-890).
/// </summary>
public sealed class TransactionCrashTests(ITestOutputHelper output)
{
    private const string Topic = "logs";
    private const int Producers = 3;
    private const int Partitions = 2;
    private const int Rounds = 8;

    [RequiresFact(Requirement.Linux)]
    public async Task Kill_UnderTransactionalProducers_ShowsCommittedTransactionsOnceAndWholeAndAbortedOnesNever()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var directory = new TempDirectory();
        await using var queue = await QueueProcess.StartAsync(directory.Path);
        using (var admin = await RawClient.ConnectAsync(queue.Port))
        {
            await admin.CreateTopicAsync(Topic, Partitions);
        }

        using var stop = new CancellationTokenSource();
        var producers = Enumerable.Range(0, Producers)
            .Select(number => new Worker(queue.Port, number, random.Next())).ToArray();
        var running = producers.Select(producer => Task.Run(() => producer.RunAsync(stop.Token))).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            await UntilAsync(random.Next(5, 60));
            await queue.KillAsync();
            await queue.StartAgainAsync();
        }

        await UntilAsync(20);
        await stop.CancelAsync();
        await Task.WhenAll(running);
        using var reader = await RawClient.ConnectAsync(queue.Port);
        for (var partition = 0; partition < Partitions; partition++)
        {
            var found = await TransactionTests.ReadCommittedAsync(reader, Topic, partition);
            foreach (var producer in producers)
            {
                var own = found.Where(value => value.StartsWith($"p{producer.Number}-", StringComparison.Ordinal));
                Assert.Equal(producer.Committed[partition], own);
            }
        }

        foreach (var producer in producers)
        {
            Assert.Equal(producer.CommittedOffset, await producer.FetchOffsetAsync(reader));
            output.WriteLine($"producer {producer.Number}: {producer.Transactions} transactions, "
                + $"{producer.Committed[0].Count} committed records, {producer.LostConnections} lost connections");
        }

        Task UntilAsync(int more)
        {
            var goal = producers.Sum(producer => producer.Transactions) + more;
            return Eventually.TrueAsync(
                () => producers.Sum(producer => producer.Transactions) >= goal || running.Any(task => task.IsFaulted),
                $"{goal} transactions; seed {seed}; the queue said:\n{queue.Output}");
        }
    }

    /// <summary>
    /// One transaction after the other. A step whose connection is lost is done again on a new one, with the same
    /// producer, epoch and sequences, until it is answered: so every transaction's outcome is known in the end.
    /// </summary>
    private sealed class Worker(int port, int number, int seed)
    {
        private readonly Random _random = new(seed);
        private readonly TransactionalProducer _producer = new(null!, $"t{number}");
        private RawClient? _client;
        private int _transactions;

        public int Number => number;

        public int Transactions => Volatile.Read(ref _transactions);

        public int LostConnections { get; private set; }

        public List<string>[] Committed { get; } = [[], []];

        public long CommittedOffset { get; private set; } = -1;

        private string Group => $"g{number}";

        private bool IsSecondKind => number % 2 == 1;

        public async Task RunAsync(CancellationToken stop)
        {
            await StepAsync(() => _producer.InitAsync());
            while (!stop.IsCancellationRequested)
            {
                if (_random.Next(20) == 0)
                {
                    // Dies with its transaction open, and comes back as another: the transaction never was.
                    await WriteAsync();
                    await StepAsync(() => _producer.InitAsync());
                }

                var written = await WriteAsync();
                var offset = Transactions;
                if (!IsSecondKind)
                {
                    await StepAsync(() => _producer.AddGroupAsync(Group));
                }

                var version = (short)(IsSecondKind ? 5 : 3);
                await StepAsync(() => _producer.CommitOffsetAsync(Group, Topic, offset, version: version));
                var isCommit = _random.Next(3) > 0;
                await StepAsync(() => _producer.EndAsync(isCommit, version));
                if (isCommit)
                {
                    CommittedOffset = offset;
                    Committed[0].AddRange(written[0]);
                    Committed[1].AddRange(written[1]);
                }

                Interlocked.Increment(ref _transactions);
            }

            _client?.Dispose();
        }

        public async Task<long> FetchOffsetAsync(RawClient client)
        {
            var response = await client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
                new OffsetFetchRequest
                {
                    GroupId = Group,
                    RequireStable = true,
                    Topics = [new OffsetFetchRequest.OffsetFetchRequestTopic { Name = Topic, PartitionIndexes = [0] }],
                },
                7);
            Assert.Equal(ErrorCode.None, response.Topics[0].Partitions[0].ErrorCode);
            return response.Topics[0].Partitions[0].CommittedOffset;
        }

        private async Task<List<string>[]> WriteAsync()
        {
            var written = new List<string>[] { [], [] };
            for (var i = _random.Next(1, 5); i > 0; i--)
            {
                var partition = _random.Next(Partitions);
                var text = $"p{number}-{Transactions}-{_random.Next()}";
                if (!IsSecondKind)
                {
                    await StepAsync(() => _producer.AddPartitionAsync(Topic, partition));
                }

                var version = (short)(IsSecondKind ? 12 : 9);
                await StepAsync(() => _producer.ProduceAsync(Topic, text, 2, partition, version));
                written[partition].AddRange([$"{text} 0", $"{text} 1"]);
            }

            return written;
        }

        private async Task StepAsync(Func<Task<ErrorCode>> step)
        {
            while (true)
            {
                try
                {
                    _client ??= await ConnectAsync();
                    _producer.Client = _client;
                    Assert.Equal(ErrorCode.None, await step());
                    return;
                }
                catch (Exception error) when (error is SocketException or IOException)
                {
                    LostConnections++;
                    _client?.Dispose();
                    _client = null;
                }
            }
        }

        private async Task<RawClient> ConnectAsync()
        {
            RawClient? client = null;
            await Eventually.TrueAsync(
                async () =>
                {
                    try
                    {
                        client = await RawClient.ConnectAsync(port);
                        return true;
                    }
                    catch (SocketException)
                    {
                        return false;
                    }
                },
                "the queue to be back");
            return client!;
        }
    }
}
