using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>ExpireDelegationToken</b>, API key 40, versions 1-2.</para>
/// <para>Behaviour: tokens are refused, see <see cref="DelegationTokens"/>.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class ExpireDelegationTokenHandler
    : TypedRequestHandler<ExpireDelegationTokenRequest, ExpireDelegationTokenResponse>
{
    protected override ValueTask<ExpireDelegationTokenResponse?> HandleAsync(
        ExpireDelegationTokenRequest request, RequestContext context) =>
        new(new ExpireDelegationTokenResponse
        {
            ErrorCode = DelegationTokens.Refuse(context),
            ExpiryTimestampMs = -1,
        });
}
