using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>
/// The same transactional requests, right and wrong ones, to the queue and to a real Kafka: same answers.
/// </summary>
public sealed class TransactionParityTests(ITestOutputHelper output)
{
    private const string Topic = "logs";

    // The records' times are old and the markers' are not: Kafka would begin a segment between them.
    private static readonly (string, string) OneSegment = ("segment.ms", "9000000000000");

    [RequiresFact(Requirement.Kafka)]
    public async Task Answers_OfEveryTransactionalRequest_AreKafkas()
    {
        using var directory = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(
            directory.Path, "offsets.topic.num.partitions=1", "transaction.state.log.num.partitions=1");
        await using var queue = await TestQueue.StartAsync();
        var theirs = await new Script(kafka.Port).RunAsync();
        var ours = await new Script(queue.Service.Port).RunAsync();
        foreach (var (their, our) in theirs.Zip(ours))
        {
            output.WriteLine(their == our ? $"  {our}" : $"! {our}    KAFKA: {their}");
        }

        Assert.Equal(theirs, ours);
    }

    private sealed class Script(int port)
    {
        private readonly List<string> _answers = [];
        private RawClient _client = null!;

        public async Task<List<string>> RunAsync()
        {
            using (_client = await RawClient.ConnectAsync(port))
            {
                await CreateTopicAsync(Topic, 2);
                await FindCoordinatorAsync();
                await InitAsync();
                await AddAsync();
                await ProduceAsync();
                await EndAsync();
                await FenceAsync();
                await OffsetsAsync();
                await ReadAsync();
                await DescribeAsync();
                await MarkersAsync();
                await SecondKindAsync();
                return _answers;
            }
        }

        private void Note(string what, object? answer) => _answers.Add($"{what}: {answer}");

        private async Task CreateTopicAsync(string topic, int partitions)
        {
            await _client.CreateTopicAsync(topic, partitions, OneSegment);
            await Eventually.TrueAsync(async () => await EndOffsetAsync(topic, -1) == "None 0", "the topic's leader");
        }

        private Task<TransactionalProducer> StartAsync(string id) => TransactionalProducer.StartAsync(_client, id);

        private async Task FindCoordinatorAsync()
        {
            foreach (var (key, type) in new (string, sbyte)[] { ("a", 1), ("", 1), ("a", 0), ("", 0), ("a", 7) })
            {
                FindCoordinatorResponse response = null!;
                await Eventually.TrueAsync(
                    async () =>
                    {
                        response = await _client.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
                            new FindCoordinatorRequest { KeyType = type, CoordinatorKeys = [key] }, 4);
                        return response.Coordinators[0].ErrorCode != ErrorCode.CoordinatorNotAvailable;
                    },
                    "a coordinator");
                Note($"find '{key}' of type {type}", response.Coordinators[0].ErrorCode);
            }
        }

        private async Task InitAsync()
        {
            var producer = new TransactionalProducer(_client, "init");
            Note("init timeout 0", await producer.InitAsync(timeoutMs: 0));
            Note("init timeout -1", await producer.InitAsync(timeoutMs: -1));
            Note("init timeout above the maximum", await producer.InitAsync(timeoutMs: 900_001));
            Note("init id without epoch", await producer.InitAsync(producerId: 5));
            Note("init epoch without id", await producer.InitAsync(epoch: 5));
            Note("init empty id", await new TransactionalProducer(_client, "").InitAsync());
            Note("init first", await producer.InitAsync());
            Note("epoch", producer.Epoch);
            var first = producer.ProducerId;
            Note("init second", await producer.InitAsync());
            Note("same id, epoch", (producer.ProducerId == first, producer.Epoch));
            Note("init with the current epoch", await producer.InitAsync(producerId: first, epoch: 1));
            Note("epoch", producer.Epoch);
            Note("the same again", await producer.InitAsync(producerId: first, epoch: 1));
            Note("epoch", producer.Epoch);
            Note("init with an old epoch", await producer.InitAsync(producerId: first, epoch: 0));
            Note("init with an old epoch, v3", await producer.InitAsync(producerId: first, epoch: 0, version: 3));
            Note("init with another id", await producer.InitAsync(producerId: first + 500, epoch: 2));
            var unknown = new TransactionalProducer(_client, "init-unknown");
            Note("init of a new id with a producer", await unknown.InitAsync(producerId: first, epoch: 3));
            Note("epoch", unknown.Epoch);
        }

        private async Task AddAsync()
        {
            var nobody = new TransactionalProducer(_client, "nobody") { ProducerId = 1, Epoch = 0 };
            Note("add of an unknown id", await nobody.AddPartitionAsync(Topic));
            Note("add of an empty id", await new TransactionalProducer(_client, "").AddPartitionAsync(Topic));
            var producer = await StartAsync("add");
            Note("add v0", await producer.AddPartitionAsync(Topic, 0, version: 0));
            Note("add again", await producer.AddPartitionAsync(Topic));
            Note("add unknown topic", await producer.AddPartitionAsync("none"));
            Note("add unknown partition and known", string.Join(
                ' ', await producer.AddPartitionsAsync(3, (Topic, 9), (Topic, 1))));
            Note("add nothing", (await producer.AddPartitionsAsync(3)).Count);
            var other = new TransactionalProducer(_client, "add") { ProducerId = producer.ProducerId, Epoch = 7 };
            Note("add with a higher epoch", await other.AddPartitionAsync(Topic));
            Note("add with a higher epoch, v1", await other.AddPartitionAsync(Topic, 0, version: 1));
            other.ProducerId += 1000;
            Note("add with another producer", await other.AddPartitionAsync(Topic));
            Note("add group of an unknown id", await nobody.AddGroupAsync("g"));
            Note("add group of an empty id", await new TransactionalProducer(_client, "").AddGroupAsync("g"));
            Note("add group with another producer", await other.AddGroupAsync("g"));
            other.ProducerId -= 1000;
            Note("add group with a higher epoch", await other.AddGroupAsync("g"));
            Note("add group with a higher epoch, v1", await other.AddGroupAsync("g", version: 1));
            Note("verify", await VerifyAsync(producer, 0));
            Note("verify what was not added", await VerifyAsync(producer, 1));
            Note("verify with a higher epoch", await VerifyAsync(other, 0));
            await producer.AbortAsync();
            await UntilCompleteAsync("add");
            Note("verify after the end", await VerifyAsync(producer, 0));
        }

        private async Task<ErrorCode> VerifyAsync(TransactionalProducer producer, int partition)
        {
            var response = await _client.AskAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
                new AddPartitionsToTxnRequest
                {
                    Transactions =
                    [
                        new AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction
                        {
                            TransactionalId = producer.TransactionalId,
                            ProducerId = producer.ProducerId,
                            ProducerEpoch = producer.Epoch,
                            VerifyOnly = true,
                            Topics =
                            [
                                new AddPartitionsToTxnRequest.AddPartitionsToTxnTopic
                                {
                                    Name = Topic, Partitions = [partition],
                                },
                            ],
                        },
                    ],
                },
                5);
            return response.ResultsByTransaction[0].TopicResults[0].ResultsByPartition[0].PartitionErrorCode;
        }

        private async Task ProduceAsync()
        {
            var producer = await StartAsync("produce");
            Note("produce before add, v9", await producer.ProduceAsync(Topic, "x", version: 9));
            Note("produce before add, v11", await producer.ProduceAsync(Topic, "x", version: 11));
            Note("produce as an unknown id", await producer.ProduceAsync(Topic, "x", asId: "nobody"));
            await producer.WriteAsync(Topic, "x");
            var higher = new TransactionalProducer(_client, "produce") { ProducerId = producer.ProducerId };
            higher.Epoch = (short)(producer.Epoch + 3);
            Note("produce with a higher epoch elsewhere", await higher.ProduceAsync(Topic, "x", partition: 1));
            var plain = Some.Batch(1, "x", producer.ProducerId, producer.Epoch, 1);
            Note("produce without transaction", (await _client.ProduceOneAsync(Topic, plain)).ErrorCode);
            await producer.CommitAsync();
            await UntilCompleteAsync("produce");
            Note("produce after the end, v9", await producer.ProduceAsync(Topic, "x", version: 9));
            Note("produce after the end, v11", await producer.ProduceAsync(Topic, "x", version: 11));
            var successor = await StartAsync("produce");
            Note("fenced producer", await producer.ProduceAsync(Topic, "x"));
            await successor.WriteAsync(Topic, "x");
            Note("fenced producer where the new one writes", await producer.ProduceAsync(Topic, "x"));
            await successor.CommitAsync();
        }

        private async Task EndAsync()
        {
            var producer = await StartAsync("end");
            Note("commit of nothing", await producer.EndAsync(isCommit: true));
            Note("abort of nothing", await producer.EndAsync(isCommit: false));
            await producer.WriteAsync(Topic, "x");
            Note("commit", await producer.EndAsync(isCommit: true));
            Note("commit again", await producer.EndAsync(isCommit: true));
            Note("abort after commit", await producer.EndAsync(isCommit: false));
            await producer.AddPartitionAsync(Topic);
            Note("abort", await producer.EndAsync(isCommit: false));
            Note("abort again, v0", await producer.EndAsync(isCommit: false, version: 0));
            Note("commit after abort, v4", await producer.EndAsync(isCommit: true, version: 4));
            var nobody = new TransactionalProducer(_client, "nobody") { ProducerId = 1, Epoch = 0 };
            Note("commit of an unknown id", await nobody.EndAsync(isCommit: true));
            Note("commit of an empty id", await new TransactionalProducer(_client, "").EndAsync(isCommit: true));
            producer.Epoch++;
            Note("commit with a higher epoch", await producer.EndAsync(isCommit: true));
            producer.ProducerId += 1000;
            Note("commit with another producer", await producer.EndAsync(isCommit: true));
        }

        private async Task FenceAsync()
        {
            var zombie = await StartAsync("fence");
            await zombie.WriteAsync(Topic, "zombie");
            var successor = await StartAsync("fence");
            Note("epochs between", successor.Epoch - zombie.Epoch);
            Note("zombie adds", await zombie.AddPartitionAsync(Topic));
            Note("zombie adds, v1", await zombie.AddPartitionAsync(Topic, 0, version: 1));
            Note("zombie commits", await zombie.EndAsync(isCommit: true));
            Note("zombie commits, v1", await zombie.EndAsync(isCommit: true, version: 1));
            Note("zombie adds a group", await zombie.AddGroupAsync("g"));
            Note("zombie produces", await zombie.ProduceAsync(Topic, "x"));
            Note("zombie begins anew", await zombie.InitAsync(producerId: zombie.ProducerId, epoch: zombie.Epoch));
        }

        private async Task OffsetsAsync()
        {
            var producer = await StartAsync("offsets");
            Note("offsets before add, v3", await producer.CommitOffsetAsync("pending", Topic, 1));
            Note("offsets before add, v4", await producer.CommitOffsetAsync("pending", Topic, 1, version: 4));
            Note("add group", await producer.AddGroupAsync("pending"));
            Note("offsets", await producer.CommitOffsetAsync("pending", Topic, 5));
            Note("offsets v0", await producer.CommitOffsetAsync("pending", Topic, 6, version: 0));
            Note("offsets of an unknown topic", await producer.CommitOffsetAsync("pending", "none", 5));
            Note("offsets with a generation", await producer.CommitOffsetAsync("pending", Topic, 5, "m", 3));
            Note("offsets with a member", await producer.CommitOffsetAsync("pending", Topic, 5, "m"));
            Note("offsets with an instance", await producer.CommitOffsetAsync("pending", Topic, 5, instance: "i"));
            Note("offsets of an empty group", await producer.CommitOffsetAsync("", Topic, 5));
            Note("fetch while pending", await FetchOffsetAsync("pending", isStable: false));
            Note("fetch stable while pending", await FetchOffsetAsync("pending", isStable: true));
            Note("fetch all stable while pending", await FetchOffsetAsync("pending", isStable: true, isAll: true));
            var stale = new TransactionalProducer(_client, "offsets") { ProducerId = producer.ProducerId, Epoch = 9 };
            Note("offsets with a higher epoch", await stale.CommitOffsetAsync("pending", Topic, 5));
            await producer.CommitAsync();
            await UntilStableAsync("pending");
            Note("fetch after the commit", await FetchOffsetAsync("pending", isStable: true));
            await producer.AddGroupAsync("pending");
            Note("offsets", await producer.CommitOffsetAsync("pending", Topic, 50));
            Note("fetch all stable while pending", await FetchOffsetAsync("pending", isStable: true, isAll: true));
            await producer.AbortAsync();
            await UntilStableAsync("pending");
            Note("fetch after the abort", await FetchOffsetAsync("pending", isStable: true, isAll: true));
            Note("offsets after the end", await producer.CommitOffsetAsync("pending", Topic, 1));
        }

        private Task UntilStableAsync(string group) => Eventually.TrueAsync(
            async () => !(await FetchOffsetAsync(group, isStable: true)).Contains("Unstable", StringComparison.Ordinal),
            "the group to be told");

        private async Task<string> FetchOffsetAsync(string group, bool isStable, bool isAll = false)
        {
            var response = await _client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
                new OffsetFetchRequest
                {
                    RequireStable = isStable,
                    Groups =
                    [
                        new OffsetFetchRequest.OffsetFetchRequestGroup
                        {
                            GroupId = group,
                            Topics = isAll
                                ? null
                                :
                                [
                                    new OffsetFetchRequest.OffsetFetchRequestTopics
                                    {
                                        Name = Topic, PartitionIndexes = [0],
                                    },
                                ],
                        },
                    ],
                },
                8);
            var partitions = response.Groups[0].Topics.SelectMany(topic => topic.Partitions);
            return string.Join(' ', partitions.Select(one => (one.ErrorCode, one.CommittedOffset, one.Metadata)));
        }

        private async Task ReadAsync()
        {
            await CreateTopicAsync("read", 1);
            var aborted = await StartAsync("read-aborted");
            var open = await StartAsync("read-open");
            await aborted.WriteAsync("read", "aborted", 2);
            await _client.ProduceOneAsync("read", Some.Batch(1, "plain", timestampMs: 1_700_000_005_000));
            await aborted.AbortAsync();
            await Eventually.TrueAsync(async () => await EndOffsetAsync("read", -1) == "None 4", "the marker");
            await open.WriteAsync("read", "open", 3);
            Note("fetch committed", await FetchAsync("read", 0));
            Note("fetch committed at the stable offset", await FetchAsync("read", 4));
            Note("fetch committed behind it", await FetchAsync("read", 5));
            Note("fetch committed behind the end", await FetchAsync("read", 8));
            Note("end", await EndOffsetAsync("read", -1, isolation: 0));
            Note("stable end", await EndOffsetAsync("read", -1));
            Note("stable by time", await EndOffsetAsync("read", 1_700_000_005_000));
            Note("stable by time behind", await EndOffsetAsync("read", 1_800_000_000_000));
            Note("stable start", await EndOffsetAsync("read", -2));
            await open.CommitAsync();
            await Eventually.TrueAsync(async () => await EndOffsetAsync("read", -1) == "None 8", "the marker");
            Note("fetch committed", await FetchAsync("read", 0));
            Note("fetch committed later", await FetchAsync("read", 4));
        }

        private async Task<string> EndOffsetAsync(string topic, long timestamp, sbyte isolation = 1)
        {
            var response = await _client.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(
                new ListOffsetsRequest
                {
                    ReplicaId = -1,
                    IsolationLevel = isolation,
                    Topics =
                    [
                        new ListOffsetsRequest.ListOffsetsTopic
                        {
                            Name = topic,
                            Partitions =
                            [
                                new ListOffsetsRequest.ListOffsetsPartition
                                {
                                    PartitionIndex = 0, CurrentLeaderEpoch = -1, Timestamp = timestamp,
                                },
                            ],
                        },
                    ],
                },
                5);
            var partition = response.Topics[0].Partitions[0];
            return $"{partition.ErrorCode} {partition.Offset}";
        }

        private async Task<string> FetchAsync(string topic, long offset)
        {
            var request = Some.Fetch(topic, offset);
            request.IsolationLevel = 1;
            var data = (await _client.FetchAsync(request)).Responses[0].Partitions[0];
            var aborted = string.Join(' ', (data.AbortedTransactions ?? []).Select(one => one.FirstOffset));
            var batches = new List<string>();
            var walk = Kafka.Protocol.RecordBatch.Walk((data.Records ?? default).Span);
            while (walk.MoveNext())
            {
                var header = walk.Header;
                batches.Add($"{header.BaseOffset}+{header.Count}{(header.IsControl ? "c" : "")}"
                    + Convert.ToHexString(header.IsControl ? walk.Current[61..] : []));
            }

            return $"{data.ErrorCode} high {data.HighWatermark} stable {data.LastStableOffset} aborted [{aborted}] "
                + string.Join(' ', batches);
        }

        private async Task DescribeAsync()
        {
            var producer = await StartAsync("describe");
            Note("describe empty", await DescribeAsync("describe"));
            await producer.WriteAsync(Topic, "x", partition: 1);
            Note("describe ongoing", await DescribeAsync("describe"));
            Note("list ongoing", await ListAsync("Ongoing"));
            Note("list with an unknown state", await ListAsync("Ongoing", "Sleeping"));
            Note("list long ones", await ListAsync(durationMs: 1_000_000));
            Note("list by pattern", await ListAsync(pattern: "desc.*"));
            Note("list by pattern in the middle", await ListAsync(pattern: "esc"));
            Note("list by a bad pattern", await ListAsync(pattern: "(desc"));
            Note("describe unknown", await DescribeAsync("nobody"));
            Note("describe nothing", await DescribeAsync(""));
            await producer.CommitAsync();
            await UntilCompleteAsync("describe");
            Note("describe complete", await DescribeAsync("describe"));
            Note("producers", await ProducersAsync(producer.ProducerId, Topic, 1));
            Note("producers of an unknown partition", await ProducersAsync(0, Topic, 9));
            Note("producers of an unknown topic", await ProducersAsync(0, "none", 0));
        }

        private Task UntilCompleteAsync(string id) => Eventually.TrueAsync(
            async () => (await DescribeAsync(id)).Contains("Complete", StringComparison.Ordinal), "the end");

        private async Task<string> DescribeAsync(string id)
        {
            var response = await _client.AskAsync<DescribeTransactionsRequest, DescribeTransactionsResponse>(
                new DescribeTransactionsRequest { TransactionalIds = [id] }, 0);
            var state = response.TransactionStates[0];
            var topics = string.Join(
                ' ', state.Topics.Select(topic => $"{topic.Topic}:{string.Join(',', topic.Partitions)}"));
            return $"{state.ErrorCode} '{state.TransactionState}' timeout {state.TransactionTimeoutMs} "
                + $"started {state.TransactionStartTimeMs > 0} epoch {state.ProducerEpoch} {topics}";
        }

        private async Task<string> ListAsync(
            string? status = null, string? second = null, long durationMs = -1, string? pattern = null)
        {
            var response = await _client.AskAsync<ListTransactionsRequest, ListTransactionsResponse>(
                new ListTransactionsRequest
                {
                    StateFilters = [.. new[] { status, second }.OfType<string>()],
                    DurationFilter = durationMs,
                    TransactionalIdPattern = pattern,
                },
                2);
            return $"{response.ErrorCode} unknown [{string.Join(' ', response.UnknownStateFilters)}] "
                + string.Join(' ', response.TransactionStates
                    .Select(state => $"{state.TransactionalId}={state.TransactionState}").Order());
        }

        private async Task<string> ProducersAsync(long producerId, string topic, int partition)
        {
            var response = await _client.AskAsync<DescribeProducersRequest, DescribeProducersResponse>(
                new DescribeProducersRequest
                {
                    Topics =
                    [
                        new DescribeProducersRequest.TopicRequest { Name = topic, PartitionIndexes = [partition] },
                    ],
                },
                0);
            var answer = response.Topics[0].Partitions[0];
            return $"{answer.ErrorCode} " + string.Join(' ', answer.ActiveProducers
                .Where(producer => producer.ProducerId == producerId)
                .Select(one => (one.ProducerEpoch, one.LastSequence, one.CoordinatorEpoch, one.CurrentTxnStartOffset)));
        }

        private async Task MarkersAsync()
        {
            await CreateTopicAsync("markers", 1);
            var producer = await StartAsync("markers");
            await producer.WriteAsync("markers", "x");
            Note("marker to an unknown topic", await MarkAsync(producer.ProducerId, 0, 0, "none"));
            Note("marker", await MarkAsync(producer.ProducerId, producer.Epoch, 0, "markers"));
            Note("read", await FetchAsync("markers", 0));
            Note("marker again", await MarkAsync(producer.ProducerId, producer.Epoch, 0, "markers"));
            Note("marker of a higher epoch", await MarkAsync(producer.ProducerId, 5, 0, "markers"));
            Note("marker of a lower epoch", await MarkAsync(producer.ProducerId, 4, 0, "markers"));
            Note("producers", await ProducersAsync(producer.ProducerId, "markers", 0));
        }

        /// <summary>KIP-890: no AddPartitionsToTxn, another epoch with each transaction.</summary>
        private async Task SecondKindAsync()
        {
            await CreateTopicAsync("second", 2);
            var producer = await StartAsync("second");
            var id = producer.ProducerId;
            Note("produce begins", await producer.ProduceAsync("second", "a", version: 12));
            Note("produce to another partition", await producer.ProduceAsync("second", "a", 1, 1, version: 12));
            Note("offsets without adding", await producer.CommitOffsetAsync("second", "second", 4, version: 5));
            Note("commit", await producer.EndAsync(isCommit: true, version: 5));
            Note("id and epoch", (producer.ProducerId - id, producer.Epoch));
            await UntilCompleteAsync("second");
            var before = new TransactionalProducer(_client, "second") { ProducerId = id, Epoch = 0 };
            Note("commit again", await before.EndAsync(isCommit: true, version: 5));
            Note("id and epoch", (before.ProducerId - id, before.Epoch));
            before.Epoch = 0;
            Note("abort after commit", await before.EndAsync(isCommit: false, version: 5));
            Note("late produce", await before.ProduceAsync("second", "late", version: 12));
            Note("late offsets", await before.CommitOffsetAsync("second", "second", 5, version: 5));
            Note("commit of nothing", await producer.EndAsync(isCommit: true, version: 5));
            Note("abort of nothing", await producer.EndAsync(isCommit: false, version: 5));
            Note("epoch", producer.Epoch);
            await UntilCompleteAsync("second");
            Note("describe", await DescribeAsync("second"));
            Note("abort of nothing again", await producer.EndAsync(isCommit: false, version: 5));
            Note("epoch", producer.Epoch);
            await UntilCompleteAsync("second");
            Note("produce", await producer.ProduceAsync("second", "b", version: 12));
            Note("abort", await producer.EndAsync(isCommit: false, version: 5));
            Note("epoch", producer.Epoch);
            await UntilCompleteAsync("second");
            await UntilStableAsync("second");
            Note("offset", await FetchOffsetAsync("second", isStable: true, isAll: true));
            Note("read", await FetchAsync("second", 0));
            Note("producers", await ProducersAsync(producer.ProducerId, "second", 0));
            Note("produce to an unknown topic", await producer.ProduceAsync("none", "b", version: 12));
            Note("first kind again", await producer.AddPartitionAsync("second"));
            Note("describe", await DescribeAsync("second"));
            Note("abort", await producer.EndAsync(isCommit: false));
        }

        private async Task<ErrorCode> MarkAsync(long producerId, short epoch, int coordinatorEpoch, string topic)
        {
            var response = await _client.AskAsync<WriteTxnMarkersRequest, WriteTxnMarkersResponse>(
                new WriteTxnMarkersRequest
                {
                    Markers =
                    [
                        new WriteTxnMarkersRequest.WritableTxnMarker
                        {
                            ProducerId = producerId,
                            ProducerEpoch = epoch,
                            CoordinatorEpoch = coordinatorEpoch,
                            Topics =
                            [
                                new WriteTxnMarkersRequest.WritableTxnMarkerTopic
                                {
                                    Name = topic, PartitionIndexes = [0],
                                },
                            ],
                        },
                    ],
                },
                1);
            return response.Markers[0].Topics[0].Partitions[0].ErrorCode;
        }
    }
}
