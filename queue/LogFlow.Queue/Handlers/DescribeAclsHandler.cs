using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeAcls</b>, API key 29, versions 1-3.</para>
/// <para>Behaviour: without an authorizer there are no ACLs to describe; consoles take this answer for that.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class DescribeAclsHandler
    : TypedRequestHandler<DescribeAclsRequest, DescribeAclsResponse>
{
    protected override ValueTask<DescribeAclsResponse?> HandleAsync(
        DescribeAclsRequest request, RequestContext context)
    {
        return new(new DescribeAclsResponse
        {
            ErrorCode = ErrorCode.SecurityDisabled,
            ErrorMessage = "No Authorizer is configured on the broker",
        });
    }
}
