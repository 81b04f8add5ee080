using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>InitProducerId</b>, API key 22, versions 0-5.</para>
/// <para>Behaviour: without a transactional id a new producer id with epoch 0, never given out before, not even before
/// a crash; what an idempotent producer sends about an id it had is ignored, as in Kafka. With one, the id's producer
/// with the next epoch: who held it is fenced, and its open transaction is aborted. When epochs run out there is a new
/// producer id.</para>
/// <para>Versions: 2 is flexible; 3 id and epoch (KIP-360); 4 PRODUCER_FENCED; 5 TRANSACTION_ABORTABLE (KIP-890, not
/// answered here).</para>
/// <para>Deviations from Apache Kafka: where an open transaction is in the way, Kafka aborts it and answers
/// CONCURRENT_TRANSACTIONS, so that the client asks again; here the answer waits for the abort, and
/// CONCURRENT_TRANSACTIONS is left for partitions that cannot write their marker now.</para>
/// </summary>
internal sealed class InitProducerIdHandler(ProducerIdAllocator producerIds, TransactionCoordinator transactions)
    : TypedRequestHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    private const short FirstVersionWithFenced = 4;

    protected override async ValueTask<InitProducerIdResponse?> HandleAsync(
        InitProducerIdRequest request, RequestContext context)
    {
        var producer = await FindAsync(request);
        return new InitProducerIdResponse
        {
            ErrorCode = producer.Error == ErrorCode.ProducerFenced && context.Version < FirstVersionWithFenced
                ? ErrorCode.InvalidProducerEpoch
                : producer.Error,
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.ProducerEpoch,
        };
    }

    private async ValueTask<ProducerIdResult> FindAsync(InitProducerIdRequest request)
    {
        var hasNoId = request.ProducerId == TransactionState.NoProducerId;
        if (hasNoId != (request.ProducerEpoch == TransactionState.NoEpoch))
        {
            return ProducerIdResult.Failed(ErrorCode.InvalidRequest);
        }

        switch (request.TransactionalId)
        {
            case null:
                var (error, producerId) = await producerIds.AllocateAsync();
                return error == ErrorCode.None
                    ? new ProducerIdResult(ErrorCode.None, producerId, 0)
                    : ProducerIdResult.Failed(error);
            case "":
                return ProducerIdResult.Failed(ErrorCode.InvalidRequest);
            default:
                return await transactions.InitProducerIdAsync(
                    request.TransactionalId, request.TransactionTimeoutMs, request.ProducerId, request.ProducerEpoch);
        }
    }
}
