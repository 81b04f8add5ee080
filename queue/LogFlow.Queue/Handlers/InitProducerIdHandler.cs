using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Queue.Producers;
using LogFlow.Queue.Requests;

namespace LogFlow.Queue.Handlers;

/// <summary>
/// <para><b>InitProducerId</b>, API key 22, versions 0-4.</para>
/// <para>Behaviour: a new producer id with epoch 0, never given out before, not even before a crash. What an idempotent
/// producer sends about an id it had is ignored, as in Kafka: it gets a fresh one.</para>
/// <para>Versions: 2 is flexible; 3 id and epoch (KIP-360); 4 PRODUCER_FENCED.</para>
/// <para>Deviations from Apache Kafka: a transactional id is refused, with UNSUPPORTED_VERSION, which clients report as
/// final.</para>
/// </summary>
internal sealed class InitProducerIdHandler(ProducerIdAllocator producerIds)
    : TypedRequestHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    /// <summary>Version 5 announces transactions of the second kind (KIP-890).</summary>
    public override short MaxVersion => 4;

    protected override async ValueTask<InitProducerIdResponse?> HandleAsync(
        InitProducerIdRequest request, RequestContext context)
    {
        if (request.TransactionalId is { } transactionalId)
        {
            return new InitProducerIdResponse
            {
                ErrorCode = transactionalId.Length == 0 ? ErrorCode.InvalidRequest : ErrorCode.UnsupportedVersion,
                ProducerEpoch = -1,
            };
        }

        var (error, producerId) = await producerIds.AllocateAsync();
        return new InitProducerIdResponse
        {
            ErrorCode = error,
            ProducerId = producerId,
            ProducerEpoch = (short)(error == ErrorCode.None ? 0 : -1),
        };
    }
}
