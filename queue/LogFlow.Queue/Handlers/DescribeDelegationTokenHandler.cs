using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeDelegationToken</b>, API key 41, versions 1-3.</para>
/// <para>Behaviour: tokens need an authenticated connection, which there is not.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class DescribeDelegationTokenHandler
    : TypedRequestHandler<DescribeDelegationTokenRequest, DescribeDelegationTokenResponse>
{
    protected override ValueTask<DescribeDelegationTokenResponse?> HandleAsync(
        DescribeDelegationTokenRequest request, RequestContext context) =>
        new(new DescribeDelegationTokenResponse { ErrorCode = ErrorCode.DelegationTokenRequestNotAllowed });
}
