using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>SaslHandshake</b>, API key 17, versions 0-1.</para>
/// <para>Behaviour: a queue without security refuses every mechanism, and lists none.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class SaslHandshakeHandler
    : TypedRequestHandler<SaslHandshakeRequest, SaslHandshakeResponse>
{
    protected override ValueTask<SaslHandshakeResponse?> HandleAsync(
        SaslHandshakeRequest request, RequestContext context) =>
        new(new SaslHandshakeResponse { ErrorCode = ErrorCode.IllegalSaslState });
}
