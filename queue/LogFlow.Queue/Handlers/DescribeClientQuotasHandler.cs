using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeClientQuotas</b>, API key 48, versions 0-1.</para>
/// <para>Behaviour: no client has a quota.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class DescribeClientQuotasHandler
    : TypedRequestHandler<DescribeClientQuotasRequest, DescribeClientQuotasResponse>
{
    protected override ValueTask<DescribeClientQuotasResponse?> HandleAsync(
        DescribeClientQuotasRequest request, RequestContext context) =>
        new(new DescribeClientQuotasResponse { Entries = [] });
}
