using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>CreateAcls</b>, API key 30, versions 1-3.</para>
/// <para>Behaviour: adds access control entries; they are durable and in force when the answer comes. One that is there
/// already is a success. Without an authorizer each is refused: nobody would look at it.</para>
/// <para>Versions: 1 prefixed patterns (KIP-290); 2 is flexible; 3 user resources.</para>
/// <para>Deviations from Apache Kafka: an ACL of any resource, operation or permission is INVALID_REQUEST, with the
/// reason; Kafka answers UNKNOWN_SERVER_ERROR.</para>
/// </summary>
/// <param name="acls">Null: there is no authorizer.</param>
internal sealed class CreateAclsHandler(AclStore? acls)
    : TypedRequestHandler<CreateAclsRequest, CreateAclsResponse>
{
    protected override async ValueTask<CreateAclsResponse?> HandleAsync(
        CreateAclsRequest request, RequestContext context)
    {
        var response = new CreateAclsResponse();
        var added = new List<AclBinding>();
        var answers = new List<CreateAclsResponse.AclCreationResult>();
        foreach (var asked in request.Creations)
        {
            var acl = new AclBinding(
                (AclResourceType)asked.ResourceType,
                (AclPatternType)asked.ResourcePatternType,
                asked.ResourceName,
                asked.Principal,
                asked.Host,
                (AclOperation)asked.Operation,
                (AclPermission)asked.PermissionType);
            var (error, message) = acls is null
                ? (ErrorCode.SecurityDisabled, "No Authorizer is configured.")
                : AclCheck.FindProblem(acl) is { } problem ? (ErrorCode.InvalidRequest, problem)
                : (ErrorCode.None, "");
            var answer = new CreateAclsResponse.AclCreationResult { ErrorCode = error, ErrorMessage = message };
            response.Results.Add(answer);
            if (error == ErrorCode.None)
            {
                added.Add(acl);
                answers.Add(answer);
            }
        }

        if (added.Count > 0)
        {
            var error = await acls!.AddAsync(added);
            answers.ForEach(answer => answer.ErrorCode = error);
        }

        return response;
    }
}
