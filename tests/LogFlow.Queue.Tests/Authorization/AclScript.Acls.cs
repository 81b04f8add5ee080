using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <content>Questions about ACLs themselves.</content>
internal sealed partial class AclScript
{
    /// <summary>What may be kept, what filters match.</summary>
    private async Task AskAboutAclsAsync(RawClient admin)
    {
        _step = "admin";
        var good = Allow(AclOperation.Read, Topic, "t");
        foreach (var acl in new[]
        {
            good, good with { ResourceName = "" }, good with { Principal = "alice" },
            good with { ResourceType = AclResourceType.Cluster },
            good with { ResourceType = AclResourceType.DelegationToken },
            good with { ResourceType = AclResourceType.User, ResourceName = "User:a" },
            good with { Host = "not a host" },
        })
        {
            var answer = await admin.AskAsync<CreateAclsRequest, CreateAclsResponse>(
                new CreateAclsRequest { Creations = [Create(acl)] }, 3);
            _answers.Add($"create {acl} -> {Text(answer)}");
        }

        await SetAclsAsync(admin,
        [
            good, good with { PatternType = AclPatternType.Prefixed }, good with { ResourceName = "*" },
            good with { ResourceName = "top" }, good with { Permission = AclPermission.Deny },
            good with { ResourceType = AclResourceType.Group }, good with { Principal = "User:bob", Host = "1.2.3.4" },
        ]);
        foreach (var filter in new[]
        {
            Filter(), Filter(type: 2), Filter(type: 2, name: "t"), Filter(type: 2, name: "t", pattern: 3),
            Filter(type: 2, name: "top", pattern: 2), Filter(type: 2, name: "top", pattern: 4),
            Filter(name: "*", pattern: 3), Filter(principal: "User:bob"), Filter(host: "1.2.3.4"),
            Filter(operation: 4), Filter(permission: 2), Filter(type: 3, name: "t", pattern: 2),
        })
        {
            var answer = await admin.AskAsync<DescribeAclsRequest, DescribeAclsResponse>(filter, 3);
            _answers.Add($"describe {filter.ResourceNameFilter} {filter.PatternTypeFilter} -> {Text(answer)}");
        }

        var deleted = await admin.AskAsync<DeleteAclsRequest, DeleteAclsResponse>(
            Delete(Filter(type: 2, name: "top", pattern: 2), Filter(name: "nobody")), 3);
        _answers.Add($"delete -> {Text(deleted)}");
    }

    public static DescribeAclsRequest Filter(
        sbyte type = 1, string? name = null, sbyte pattern = 1, string? principal = null, string? host = null,
        sbyte operation = 1, sbyte permission = 1) => new()
        {
            ResourceTypeFilter = type,
            ResourceNameFilter = name,
            PatternTypeFilter = pattern,
            PrincipalFilter = principal,
            HostFilter = host,
            Operation = operation,
            PermissionType = permission,
        };
}
