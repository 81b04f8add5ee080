using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>Produce</b>, API key 0, versions 3-13, advertised from 0.</para>
/// <para>Behaviour: each partition's batch is appended as it came, or in the topic's own codec; acks 1 and -1 are
/// answered when fdatasync has returned (unless the topic's flush settings relax that), acks 0 not at all. A batch that
/// an idempotent producer sends again is answered with its original offset. Requests of one connection overlap: the
/// next is appended while this one waits for the disk. A transactional batch is appended only while its transaction is
/// open and has the partition; from version 12 on it adds the partition, and with the first one begins the
/// transaction.</para>
/// <para>Versions: 7 allows zstd; 8 adds per-record errors and messages; 9 is flexible; 10 the current leader;
/// 12 implicit transaction members (KIP-890); 13 topic ids (KIP-516).</para>
/// <para>Deviations from Apache Kafka: acks 1 is as durable as acks -1, and acks 0 is written all the same, only
/// without an answer. A batch whose records' offsets do not follow each other is refused, and so, with
/// MESSAGE_TOO_LARGE, is one that decompresses to more than <c>message.max.decompressed.bytes</c>. The time limit of
/// the request is not used: there are no replicas to wait for. Versions 0-2 (format before record batches) end the
/// connection.</para>
/// </summary>
internal sealed class ProduceHandler(TopicCatalog topics, TransactionCoordinator transactions, QueueMetrics metrics)
    : TypedRequestHandler<ProduceRequest, ProduceResponse>
{
    private const short FirstVersionWithZstd = 7;
    private const short FirstVersionWithAbortable = 11;
    private const short FirstVersionWithImplicitAdd = 12;
    private const short FirstVersionWithTopicIds = 13;

    /// <summary>See <see cref="ApiVersionsHandler"/>.</summary>
    public override short AdvertisedMinVersion => 0;

    public override bool MayOverlap => true;

    protected override async ValueTask<ProduceResponse?> HandleAsync(ProduceRequest request, RequestContext context)
    {
        var response = new ProduceResponse();
        var appends = new List<PendingAppend>();
        try
        {
            // All is checked before the first append begins: what throws here has changed nothing.
            foreach (var topicData in request.TopicData)
            {
                CheckTopic(request, topicData, context, response, appends);
            }

            foreach (var append in appends)
            {
                append.Result = BeginAppend(request, context.Version, append.Batch).AsTask();
            }

            foreach (var append in appends)
            {
                Complete(append, await append.Result!, context.Version);
            }
        }
        finally
        {
            foreach (var append in appends)
            {
                append.Batch.Dispose();
            }
        }

        if (request.Acks != 0)
        {
            return response;
        }

        // Nobody waits for an answer; closing the connection is the only way to say that something was refused.
        foreach (var topic in response.Responses)
        {
            foreach (var partition in topic.PartitionResponses)
            {
                if (partition.ErrorCode != ErrorCode.None)
                {
                    throw new ProtocolViolationException(
                        $"a batch sent with acks=0 was refused with {partition.ErrorCode}");
                }
            }
        }

        return null;
    }

    private void CheckTopic(
        ProduceRequest request,
        ProduceRequest.TopicProduceData topicData,
        RequestContext context,
        ProduceResponse response,
        List<PendingAppend> appends)
    {
        var version = context.Version;
        var hasId = version >= FirstVersionWithTopicIds;
        var topic = hasId ? topics.Logs.FindTopic(topicData.TopicId) : topics.Logs.FindTopic(topicData.Name);
        var answer = new ProduceResponse.TopicProduceResponse { Name = topicData.Name, TopicId = topicData.TopicId };
        response.Responses.Add(answer);
        foreach (var data in topicData.PartitionData)
        {
            var partition = new ProduceResponse.PartitionProduceResponse { Index = data.Index, BaseOffset = -1 };
            answer.PartitionResponses.Add(partition);
            if (request.Acks is not (-1 or 0 or 1))
            {
                Refuse(partition, ErrorCode.InvalidRequiredAcks, null);
            }
            else if (!TopicCatalog.TryGetPartition(topic, data.Index, out var log))
            {
                var isUnknownId = hasId && topic is null;
                var isHeld = topic is null && !hasId && topics.Logs.IsHeld(topicData.Name);
                Refuse(
                    partition,
                    isUnknownId ? ErrorCode.UnknownTopicId
                        : isHeld ? ErrorCode.KafkaStorageError : ErrorCode.UnknownTopicOrPartition,
                    null);
            }
            else if (Check(data.Records, version, out var problem) is var error
                && error != ErrorCode.None)
            {
                Refuse(partition, error, problem);
            }
            else
            {
                var records = data.Records!.Value;
                appends.Add(new PendingAppend(partition, log.Check(context.Frame, records), records.Length));
            }
        }
    }

    private ValueTask<AppendResult> BeginAppend(ProduceRequest request, short version, CheckedBatch batch)
    {
        var header = batch.Header;
        if (batch.Error != ErrorCode.None || !header.IsTransactional)
        {
            return batch.Log.AppendAsync(batch);
        }

        return request.TransactionalId is { } transactionalId
            ? transactions.AppendAsync(
                transactionalId,
                new TransactionalBatch(header.ProducerId, header.ProducerEpoch, batch),
                addsPartition: version >= FirstVersionWithImplicitAdd)
            : new(new AppendResult(ErrorCode.TransactionalIdAuthorizationFailed, -1, -1, batch.Log.LogStartOffset));
    }

    /// <summary>What clients of before KIP-890 call the ways in which a transaction can be wrong.</summary>
    private static ErrorCode ToWire(ErrorCode error, short version) => error switch
    {
        ErrorCode.ProducerFenced => ErrorCode.InvalidProducerEpoch,
        ErrorCode.TransactionAbortable when version < FirstVersionWithAbortable => ErrorCode.InvalidTxnState,
        ErrorCode.ConcurrentTransactions when version < FirstVersionWithImplicitAdd => ErrorCode.NotEnoughReplicas,
        _ => error,
    };

    /// <summary>What only the request knows; the batch itself is validated where it is appended.</summary>
    private static ErrorCode Check(
        ReadOnlyMemory<byte>? records, short version, out string? problem)
    {
        problem = null;
        if (records is not { IsEmpty: false } batch)
        {
            problem = $"Produce requests with version {version} must have exactly one record batch per partition";
            return ErrorCode.InvalidRecord;
        }

        switch (RecordBatch.TryReadHeader(batch.Span, out var header))
        {
            case RecordBatchError.None:
                break;
            case RecordBatchError.UnsupportedMagic:
                problem = $"Produce requests with version {version} must have record batches of format 2";
                return ErrorCode.InvalidRecord;
            case RecordBatchError.Truncated:
                problem = "The record batch is cut short";
                return ErrorCode.InvalidRecord;
            default:
                problem = "The record batch has an impossible length";
                return ErrorCode.CorruptMessage;
        }

        if (header.TotalSize != batch.Length)
        {
            problem = $"Produce requests with version {version} must have exactly one record batch per partition";
            return ErrorCode.InvalidRecord;
        }

        if (header.IsControl)
        {
            problem = "Clients are not allowed to write control records";
            return ErrorCode.InvalidRecord;
        }

        if (header.Compression == CompressionType.Zstd && version < FirstVersionWithZstd)
        {
            problem = $"Produce requests with version {version} must not be compressed with zstd";
            return ErrorCode.UnsupportedCompressionType;
        }

        return ErrorCode.None;
    }

    private void Refuse(ProduceResponse.PartitionProduceResponse partition, ErrorCode error, string? message)
    {
        partition.ErrorCode = error;
        partition.ErrorMessage = message;
        metrics.ProduceRefused(error);
    }

    private void Complete(PendingAppend append, AppendResult result, short version)
    {
        append.Response.LogStartOffset = result.LogStartOffset;
        if (result.Error != ErrorCode.None)
        {
            Refuse(append.Response, ToWire(result.Error, version), result.Message);
            foreach (var (index, message) in result.RecordProblems ?? [])
            {
                append.Response.RecordErrors.Add(new ProduceResponse.BatchIndexAndErrorMessage
                {
                    BatchIndex = index,
                    BatchIndexErrorMessage = message,
                });
            }

            return;
        }

        append.Response.BaseOffset = result.BaseOffset;
        append.Response.LogAppendTimeMs = result.LogAppendTimeMs;
        if (!result.IsDuplicate)
        {
            metrics.Produced(append.Batch.Log.Topic.Name, append.Batch.Header.Count, append.SizeInBytes);
        }
    }

    private sealed class PendingAppend(
        ProduceResponse.PartitionProduceResponse response, CheckedBatch batch, int sizeInBytes)
    {
        public ProduceResponse.PartitionProduceResponse Response { get; } = response;

        public CheckedBatch Batch { get; } = batch;

        public int SizeInBytes { get; } = sizeInBytes;

        public Task<AppendResult>? Result { get; set; }
    }
}
