using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Queue.Requests;
using LogFlow.Queue.Transactions;

namespace LogFlow.Queue.Handlers;

/// <summary>
/// <para><b>EndTxn</b>, API key 26, versions 0-4.</para>
/// <para>Behaviour: commits or aborts the producer's open transaction. The outcome is durable when it is answered. A
/// repetition with the same outcome succeeds, one with the other is INVALID_TXN_STATE.</para>
/// <para>Versions: 2 PRODUCER_FENCED; 3 is flexible; 4 TRANSACTION_ABORTABLE (KIP-890).</para>
/// <para>Deviations from Apache Kafka: it also waits for the markers, so that readers see the outcome, and the
/// producer's next transaction can begin, without a CONCURRENT_TRANSACTIONS between; partitions that cannot write now
/// are not waited for. Version 5 (a new epoch with every transaction) is not spoken: the feature transaction.version is
/// not announced, and clients then use the transactions of before.</para>
/// </summary>
internal sealed class EndTxnHandler(TransactionCoordinator transactions)
    : TypedRequestHandler<EndTxnRequest, EndTxnResponse>
{
    private const short FirstVersionWithFenced = 2;

    /// <summary>Version 5 is transactions of the second kind (KIP-890).</summary>
    public override short MaxVersion => 4;

    protected override async ValueTask<EndTxnResponse?> HandleAsync(EndTxnRequest request, RequestContext context)
    {
        var error = request.TransactionalId.Length == 0
            ? ErrorCode.InvalidRequest
            : await transactions.EndAsync(
                request.TransactionalId, request.ProducerId, request.ProducerEpoch, request.Committed);
        return new EndTxnResponse
        {
            ErrorCode = error == ErrorCode.ProducerFenced && context.Version < FirstVersionWithFenced
                ? ErrorCode.InvalidProducerEpoch
                : error,
        };
    }
}
