using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeAcls</b>, API key 29, versions 1-3.</para>
/// <para>Behaviour: the access control entries that a filter matches, by resource. Without an authorizer there are none
/// to describe; consoles take SECURITY_DISABLED for that.</para>
/// <para>Versions: 1 pattern types (KIP-290); 2 is flexible; 3 user resources.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
/// <param name="acls">Null: there is no authorizer.</param>
internal sealed class DescribeAclsHandler(AclStore? acls)
    : TypedRequestHandler<DescribeAclsRequest, DescribeAclsResponse>
{
    protected override ValueTask<DescribeAclsResponse?> HandleAsync(
        DescribeAclsRequest request, RequestContext context)
    {
        if (acls is null)
        {
            return new(new DescribeAclsResponse
            {
                ErrorCode = ErrorCode.SecurityDisabled,
                ErrorMessage = "No Authorizer is configured on the broker",
            });
        }

        var filter = AclCheck.Filter(
            request.ResourceTypeFilter,
            request.PatternTypeFilter,
            request.ResourceNameFilter,
            request.PrincipalFilter,
            request.HostFilter,
            request.Operation,
            request.PermissionType);
        return new(new DescribeAclsResponse
        {
            Resources = [.. acls.Current.All.Where(filter.Matches)
                .GroupBy(static acl => (acl.ResourceType, acl.PatternType, acl.ResourceName))
                .Select(static resource => new DescribeAclsResponse.DescribeAclsResource
                {
                    ResourceType = (sbyte)resource.Key.ResourceType,
                    ResourceName = resource.Key.ResourceName,
                    PatternType = (sbyte)resource.Key.PatternType,
                    Acls = [.. resource.Select(static acl => new DescribeAclsResponse.AclDescription
                    {
                        Principal = acl.Principal,
                        Host = acl.Host,
                        Operation = (sbyte)acl.Operation,
                        PermissionType = (sbyte)acl.Permission,
                    })],
                })],
        });
    }
}
