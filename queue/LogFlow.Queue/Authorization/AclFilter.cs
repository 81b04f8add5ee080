namespace LogFlow.Queue;

/// <summary>Which ACLs a question or a deletion means; null and Any stand for whichever.</summary>
internal sealed record AclFilter(
    AclResourceType ResourceType,
    AclPatternType PatternType,
    string? ResourceName,
    string? Principal,
    string? Host,
    AclOperation Operation,
    AclPermission Permission)
{
    public bool Matches(AclBinding acl) =>
        (ResourceType is AclResourceType.Any || ResourceType == acl.ResourceType)
        && MatchesResource(acl)
        && (Principal is null || Principal == acl.Principal)
        && (Host is null || Host == acl.Host)
        && (Operation is AclOperation.Any || Operation == acl.Operation)
        && (Permission is AclPermission.Any || Permission == acl.Permission);

    private bool MatchesResource(AclBinding acl)
    {
        if (PatternType is not (AclPatternType.Any or AclPatternType.Match) && PatternType != acl.PatternType)
        {
            return false;
        }

        if (ResourceName is null)
        {
            return true;
        }

        if (PatternType != AclPatternType.Match)
        {
            return ResourceName == acl.ResourceName;
        }

        return acl.PatternType == AclPatternType.Prefixed
            ? ResourceName.StartsWith(acl.ResourceName, StringComparison.Ordinal)
            : ResourceName == acl.ResourceName || acl.ResourceName == AclBinding.Wildcard;
    }
}
