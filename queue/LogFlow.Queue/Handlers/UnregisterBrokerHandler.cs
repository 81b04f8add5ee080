using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>UnregisterBroker</b>, API key 64, version 0.</para>
/// <para>Behaviour: the one broker is running and cannot be taken out; no other is registered.</para>
/// <para>Deviations from Apache Kafka: Kafka unregisters also itself, and stops.</para>
/// </summary>
internal sealed class UnregisterBrokerHandler(NodeIdentity node)
    : TypedRequestHandler<UnregisterBrokerRequest, UnregisterBrokerResponse>
{
    protected override ValueTask<UnregisterBrokerResponse?> HandleAsync(
        UnregisterBrokerRequest request, RequestContext context)
    {
        return new(request.BrokerId == node.NodeId
            ? new UnregisterBrokerResponse
            {
                ErrorCode = ErrorCode.InvalidRequest,
                ErrorMessage = "This is the only broker, and it is running.",
            }
            : new UnregisterBrokerResponse
            {
                ErrorCode = ErrorCode.BrokerIdNotRegistered,
                ErrorMessage = $"Broker ID {request.BrokerId} is not currently registered",
            });
    }
}
