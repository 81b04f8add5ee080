using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeDelegationToken</b>, API key 41, versions 1-3.</para>
/// <para>Behaviour: tokens are refused, see <see cref="DelegationTokens"/>.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class DescribeDelegationTokenHandler
    : TypedRequestHandler<DescribeDelegationTokenRequest, DescribeDelegationTokenResponse>
{
    protected override ValueTask<DescribeDelegationTokenResponse?> HandleAsync(
        DescribeDelegationTokenRequest request, RequestContext context) =>
        new(new DescribeDelegationTokenResponse { ErrorCode = DelegationTokens.Refuse(context) });
}
