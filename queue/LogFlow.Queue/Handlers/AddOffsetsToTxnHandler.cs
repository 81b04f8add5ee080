using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>AddOffsetsToTxn</b>, API key 25, versions 0-4.</para>
/// <para>Behaviour: the group becomes part of the producer's transaction, so that offsets can be committed with it
/// (TxnOffsetCommit). Answered when that is durable.</para>
/// <para>Versions: 2 PRODUCER_FENCED; 3 is flexible; 4 TRANSACTION_ABORTABLE (KIP-890).</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class AddOffsetsToTxnHandler(TransactionCoordinator transactions)
    : TypedRequestHandler<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>
{
    private const short FirstVersionWithFenced = 2;

    protected override async ValueTask<AddOffsetsToTxnResponse?> HandleAsync(
        AddOffsetsToTxnRequest request, RequestContext context)
    {
        var error = request.TransactionalId.Length == 0
            ? ErrorCode.InvalidRequest
            : await transactions.AddGroupAsync(
                request.TransactionalId, request.ProducerId, request.ProducerEpoch, request.GroupId);
        return new AddOffsetsToTxnResponse
        {
            ErrorCode = error == ErrorCode.ProducerFenced && context.Version < FirstVersionWithFenced
                ? ErrorCode.InvalidProducerEpoch
                : error,
        };
    }
}
