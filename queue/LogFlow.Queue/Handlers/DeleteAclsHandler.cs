using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DeleteAcls</b>, API key 31, versions 1-3.</para>
/// <para>Behaviour: removes what the filters match, durably, and says of each filter what that was. Without an
/// authorizer each filter is refused.</para>
/// <para>Versions: 1 pattern types (KIP-290); 2 is flexible; 3 user resources.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
/// <param name="acls">Null: there is no authorizer.</param>
internal sealed class DeleteAclsHandler(AclStore? acls)
    : TypedRequestHandler<DeleteAclsRequest, DeleteAclsResponse>
{
    protected override async ValueTask<DeleteAclsResponse?> HandleAsync(
        DeleteAclsRequest request, RequestContext context)
    {
        if (acls is null)
        {
            return new DeleteAclsResponse
            {
                FilterResults = request.Filters.ConvertAll(static _ => new DeleteAclsResponse.DeleteAclsFilterResult
                {
                    ErrorCode = ErrorCode.SecurityDisabled,
                    ErrorMessage = "No Authorizer is configured.",
                }),
            };
        }

        var (error, matched) = await acls.RemoveAsync(request.Filters.ConvertAll(static filter => AclCheck.Filter(
            filter.ResourceTypeFilter,
            filter.PatternTypeFilter,
            filter.ResourceNameFilter,
            filter.PrincipalFilter,
            filter.HostFilter,
            filter.Operation,
            filter.PermissionType)));
        return new DeleteAclsResponse
        {
            FilterResults = [.. matched.Select(found => new DeleteAclsResponse.DeleteAclsFilterResult
            {
                ErrorCode = error,
                ErrorMessage = null,
                MatchingAcls = error == ErrorCode.None ? [.. found.Select(Describe)] : [],
            })],
        };
    }

    private static DeleteAclsResponse.DeleteAclsMatchingAcl Describe(AclBinding acl) => new()
    {
        ErrorMessage = null,
        ResourceType = (sbyte)acl.ResourceType,
        ResourceName = acl.ResourceName,
        PatternType = (sbyte)acl.PatternType,
        Principal = acl.Principal,
        Host = acl.Host,
        Operation = (sbyte)acl.Operation,
        PermissionType = (sbyte)acl.Permission,
    };
}
