using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>A transactional producer, request by request, over a raw connection; keeps its sequences.</summary>
internal sealed class TransactionalProducer(RawClient client, string transactionalId)
{
    private readonly Dictionary<TopicPartition, int> _sequences = [];

    /// <summary>Another one after a lost connection.</summary>
    public RawClient Client { get; set; } = client;

    public string TransactionalId => transactionalId;

    public long ProducerId { get; set; } = -1;

    public short Epoch { get; set; } = -1;

    /// <summary>Takes the id over, as a producer that knows of none before it.</summary>
    public static async Task<TransactionalProducer> StartAsync(RawClient client, string transactionalId)
    {
        var producer = new TransactionalProducer(client, transactionalId);
        Assert.Equal(ErrorCode.None, await producer.InitAsync());
        return producer;
    }

    public async Task<ErrorCode> InitAsync(
        int timeoutMs = 60_000, long producerId = -1, short epoch = -1, short version = 4)
    {
        InitProducerIdResponse response = null!;
        var error = await RepeatAsync(async () =>
        {
            response = await Client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
                new InitProducerIdRequest
                {
                    TransactionalId = transactionalId,
                    TransactionTimeoutMs = timeoutMs,
                    ProducerId = producerId,
                    ProducerEpoch = epoch,
                },
                version);
            return response.ErrorCode;
        });
        if (error == ErrorCode.None)
        {
            (ProducerId, Epoch) = (response.ProducerId, response.ProducerEpoch);
            _sequences.Clear();
        }

        return error;
    }

    public Task<ErrorCode> AddPartitionAsync(string topic, int partition = 0, short version = 3) =>
        RepeatAsync(async () => (await AddPartitionsAsync(version, (topic, partition)))[0]);

    public async Task<List<ErrorCode>> AddPartitionsAsync(
        short version, params (string Topic, int Partition)[] partitions)
    {
        var response = await Client.AskAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
            new AddPartitionsToTxnRequest
            {
                V3AndBelowTransactionalId = transactionalId,
                V3AndBelowProducerId = ProducerId,
                V3AndBelowProducerEpoch = Epoch,
                V3AndBelowTopics = [.. partitions.GroupBy(partition => partition.Topic).Select(
                    topic => new AddPartitionsToTxnRequest.AddPartitionsToTxnTopic
                    {
                        Name = topic.Key,
                        Partitions = [.. topic.Select(partition => partition.Partition)],
                    })],
            },
            version);
        return
        [
            .. response.ResultsByTopicV3AndBelow.SelectMany(topic => topic.ResultsByPartition)
                .Select(partition => partition.PartitionErrorCode),
        ];
    }

    public async Task<ErrorCode> ProduceAsync(
        string topic, string text, int count = 1, int partition = 0, short version = 9, string? asId = null)
    {
        var key = new TopicPartition(topic, partition);
        var sequence = _sequences.GetValueOrDefault(key);
        var batch = Some.Batch(count, text, ProducerId, Epoch, sequence, isTransactional: true);
        var request = Some.Produce(topic, partition, batch);
        request.TransactionalId = asId ?? transactionalId;
        var response = await Client.AskAsync<ProduceRequest, ProduceResponse>(request, version);
        var error = response.Responses[0].PartitionResponses[0].ErrorCode;
        if (error == ErrorCode.None)
        {
            _sequences[key] = sequence + count;
        }

        return error;
    }

    /// <summary>Adds the partition and writes to it; both must succeed.</summary>
    public async Task WriteAsync(string topic, string text, int count = 1, int partition = 0)
    {
        Assert.Equal(ErrorCode.None, await AddPartitionAsync(topic, partition));
        Assert.Equal(ErrorCode.None, await ProduceAsync(topic, text, count, partition));
    }

    public Task<ErrorCode> AddGroupAsync(string group, short version = 3) => RepeatAsync(async () =>
        (await Client.AskAsync<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(
            new AddOffsetsToTxnRequest
            {
                TransactionalId = transactionalId,
                ProducerId = ProducerId,
                ProducerEpoch = Epoch,
                GroupId = group,
            },
            version)).ErrorCode);

    public async Task<ErrorCode> CommitOffsetAsync(
        string group,
        string topic,
        long offset,
        string memberId = "",
        int generation = -1,
        string? instance = null,
        short version = 3)
    {
        var request = new TxnOffsetCommitRequest
        {
            TransactionalId = transactionalId,
            GroupId = group,
            ProducerId = ProducerId,
            ProducerEpoch = Epoch,
            MemberId = memberId,
            GenerationId = generation,
            GroupInstanceId = instance,
            Topics =
            [
                new TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic
                {
                    Name = topic,
                    Partitions =
                    [
                        new TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition
                        {
                            PartitionIndex = 0, CommittedOffset = offset, CommittedMetadata = "note",
                        },
                    ],
                },
            ],
        };
        return await RepeatAsync(async () =>
        {
            var response = await Client.AskAsync<TxnOffsetCommitRequest, TxnOffsetCommitResponse>(request, version);
            return response.Topics[0].Partitions[0].ErrorCode;
        });
    }

    /// <summary>From version 5 on the producer goes on with the epoch that is answered.</summary>
    public Task<ErrorCode> EndAsync(bool isCommit, short version = 3) => RepeatAsync(async () =>
    {
        var response = await Client.AskAsync<EndTxnRequest, EndTxnResponse>(
            new EndTxnRequest
            {
                TransactionalId = transactionalId,
                ProducerId = ProducerId,
                ProducerEpoch = Epoch,
                Committed = isCommit,
            },
            version);
        if (version >= 5 && response.ErrorCode == ErrorCode.None)
        {
            (ProducerId, Epoch) = (response.ProducerId, response.ProducerEpoch);
            _sequences.Clear();
        }

        return response.ErrorCode;
    });

    public async Task CommitAsync() => Assert.Equal(ErrorCode.None, await EndAsync(isCommit: true));

    public async Task AbortAsync() => Assert.Equal(ErrorCode.None, await EndAsync(isCommit: false));

    /// <summary>What clients do with answers that mean "not now".</summary>
    private static async Task<ErrorCode> RepeatAsync(Func<Task<ErrorCode>> ask)
    {
        var last = ErrorCode.None;
        await Eventually.TrueAsync(
            async () => (last = await ask()) is not (
                ErrorCode.ConcurrentTransactions
                or ErrorCode.CoordinatorNotAvailable
                or ErrorCode.CoordinatorLoadInProgress
                or ErrorCode.NotCoordinator),
            "an answer other than 'not now'");
        return last;
    }
}
