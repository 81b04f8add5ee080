using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>RenewDelegationToken</b>, API key 39, versions 1-2.</para>
/// <para>Behaviour: tokens need an authenticated connection, which there is not.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class RenewDelegationTokenHandler
    : TypedRequestHandler<RenewDelegationTokenRequest, RenewDelegationTokenResponse>
{
    protected override ValueTask<RenewDelegationTokenResponse?> HandleAsync(
        RenewDelegationTokenRequest request, RequestContext context) =>
        new(new RenewDelegationTokenResponse
        {
            ErrorCode = ErrorCode.DelegationTokenRequestNotAllowed,
            ExpiryTimestampMs = -1,
        });
}
