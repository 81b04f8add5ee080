using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>RenewDelegationToken</b>, API key 39, versions 1-2.</para>
/// <para>Behaviour: tokens are refused, see <see cref="DelegationTokens"/>.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class RenewDelegationTokenHandler
    : TypedRequestHandler<RenewDelegationTokenRequest, RenewDelegationTokenResponse>
{
    protected override ValueTask<RenewDelegationTokenResponse?> HandleAsync(
        RenewDelegationTokenRequest request, RequestContext context) =>
        new(new RenewDelegationTokenResponse
        {
            ErrorCode = DelegationTokens.Refuse(context),
            ExpiryTimestampMs = -1,
        });
}
