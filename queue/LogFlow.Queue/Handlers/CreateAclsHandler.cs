using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>CreateAcls</b>, API key 30, versions 1-3.</para>
/// <para>Behaviour: each is refused: without an authorizer nobody would look at it.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class CreateAclsHandler
    : TypedRequestHandler<CreateAclsRequest, CreateAclsResponse>
{
    protected override ValueTask<CreateAclsResponse?> HandleAsync(
        CreateAclsRequest request, RequestContext context)
    {
        var response = new CreateAclsResponse();
        foreach (var _ in request.Creations)
        {
            response.Results.Add(new CreateAclsResponse.AclCreationResult
            {
                ErrorCode = ErrorCode.SecurityDisabled,
                ErrorMessage = "No Authorizer is configured.",
            });
        }

        return new(response);
    }
}
