using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>ExpireDelegationToken</b>, API key 40, versions 1-2.</para>
/// <para>Behaviour: tokens need an authenticated connection, which there is not.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class ExpireDelegationTokenHandler
    : TypedRequestHandler<ExpireDelegationTokenRequest, ExpireDelegationTokenResponse>
{
    protected override ValueTask<ExpireDelegationTokenResponse?> HandleAsync(
        ExpireDelegationTokenRequest request, RequestContext context) =>
        new(new ExpireDelegationTokenResponse
        {
            ErrorCode = ErrorCode.DelegationTokenRequestNotAllowed,
            ExpiryTimestampMs = -1,
        });
}
