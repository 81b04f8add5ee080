using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>SaslAuthenticate</b>, API key 36, versions 0-2.</para>
/// <para>Behaviour: there is nobody to authenticate to.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class SaslAuthenticateHandler
    : TypedRequestHandler<SaslAuthenticateRequest, SaslAuthenticateResponse>
{
    protected override ValueTask<SaslAuthenticateResponse?> HandleAsync(
        SaslAuthenticateRequest request, RequestContext context)
    {
        return new(new SaslAuthenticateResponse
        {
            ErrorCode = ErrorCode.IllegalSaslState,
            ErrorMessage = "SaslAuthenticate request received after successful authentication",
        });
    }
}
