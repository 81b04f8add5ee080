using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>What can be wrong with ACLs and filters that come over the wire, in Kafka's words.</summary>
internal static class AclCheck
{
    /// <summary>Null: it is an ACL that can be kept.</summary>
    /// <exception cref="ProtocolViolationException">A number stands for nothing.</exception>
    public static string? FindProblem(AclBinding acl)
    {
        RequireKnown(acl.ResourceType, acl.PatternType, acl.Operation, acl.Permission);
        return acl.ResourceType == AclResourceType.Cluster && acl.ResourceName != AclBinding.ClusterName
                ? $"The only valid name for the CLUSTER resource is {AclBinding.ClusterName}"
            : acl.ResourceName.Length == 0 ? "Invalid empty resource name"
            : acl.ResourceType == AclResourceType.Any ? "Invalid resourceType ANY"
            : acl.PatternType is AclPatternType.Any or AclPatternType.Match
                ? $"Invalid patternType {acl.PatternType.ToString().ToUpperInvariant()}"
            : acl.Operation == AclOperation.Any ? "Invalid operation ANY"
            : acl.Permission == AclPermission.Any ? "Invalid permissionType ANY"
            : !acl.Principal.Contains(':', StringComparison.Ordinal)
                ? $"Could not parse principal from `{acl.Principal}` (no colon is present separating the principal "
                    + "type from the principal name)"
            : null;
    }

    /// <summary>A filter of what the wire says.</summary>
    /// <exception cref="ProtocolViolationException">A number stands for nothing.</exception>
    public static AclFilter Filter(
        sbyte resourceType,
        sbyte patternType,
        string? resourceName,
        string? principal,
        string? host,
        sbyte operation,
        sbyte permission)
    {
        var filter = new AclFilter(
            (AclResourceType)resourceType,
            (AclPatternType)patternType,
            resourceName,
            principal,
            host,
            (AclOperation)operation,
            (AclPermission)permission);
        RequireKnown(filter.ResourceType, filter.PatternType, filter.Operation, filter.Permission);
        return filter;
    }

    /// <summary>Kafka ends the connection for these, too.</summary>
    private static void RequireKnown(
        AclResourceType resourceType, AclPatternType patternType, AclOperation operation, AclPermission permission)
    {
        if (resourceType is <= AclResourceType.Unknown or > AclResourceType.User
            || patternType is <= AclPatternType.Unknown or > AclPatternType.Prefixed
            || operation is <= AclOperation.Unknown or > AclOperation.TwoPhaseCommit
            || permission is <= AclPermission.Unknown or > AclPermission.Allow)
        {
            throw new ProtocolViolationException("an ACL with an unknown type, pattern, operation or permission");
        }
    }
}
