using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DeleteAcls</b>, API key 31, versions 1-3.</para>
/// <para>Behaviour: each filter is refused, as there are no ACLs.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class DeleteAclsHandler
    : TypedRequestHandler<DeleteAclsRequest, DeleteAclsResponse>
{
    protected override ValueTask<DeleteAclsResponse?> HandleAsync(
        DeleteAclsRequest request, RequestContext context)
    {
        var response = new DeleteAclsResponse();
        foreach (var _ in request.Filters)
        {
            response.FilterResults.Add(new DeleteAclsResponse.DeleteAclsFilterResult
            {
                ErrorCode = ErrorCode.SecurityDisabled,
                ErrorMessage = "No Authorizer is configured.",
            });
        }

        return new(response);
    }
}
