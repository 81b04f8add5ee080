using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>EndTxn</b>, API key 26, versions 0-5.</para>
/// <para>Behaviour: commits or aborts the producer's open transaction. The outcome is durable when it is answered. A
/// repetition with the same outcome succeeds, one with the other is INVALID_TXN_STATE.</para>
/// <para>Versions: 2 PRODUCER_FENCED; 3 is flexible; 4 TRANSACTION_ABORTABLE; 5 the producer goes on with another
/// epoch, and may abort what it is not sure to have begun (KIP-890).</para>
/// <para>Deviations from Apache Kafka: it also waits for the markers, so that readers see the outcome, and the
/// producer's next transaction can begin, without a CONCURRENT_TRANSACTIONS between; partitions that cannot write now
/// are not waited for.</para>
/// </summary>
internal sealed class EndTxnHandler(TransactionCoordinator transactions)
    : TypedRequestHandler<EndTxnRequest, EndTxnResponse>
{
    private const short FirstVersionWithFenced = 2;
    private const short FirstVersionWithEpochs = 5;

    protected override async ValueTask<EndTxnResponse?> HandleAsync(EndTxnRequest request, RequestContext context)
    {
        var producer = request.TransactionalId.Length == 0
            ? ProducerIdResult.Failed(ErrorCode.InvalidRequest)
            : await transactions.EndAsync(
                request.TransactionalId,
                request.ProducerId,
                request.ProducerEpoch,
                request.Committed,
                bumpsEpoch: context.Version >= FirstVersionWithEpochs);
        return new EndTxnResponse
        {
            ErrorCode = producer.Error == ErrorCode.ProducerFenced && context.Version < FirstVersionWithFenced
                ? ErrorCode.InvalidProducerEpoch
                : producer.Error,
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.ProducerEpoch,
        };
    }
}
