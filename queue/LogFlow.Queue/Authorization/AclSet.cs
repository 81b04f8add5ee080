using System.Collections.Frozen;
using System.Collections.Immutable;

namespace LogFlow.Queue;

/// <summary>
/// All ACLs at one moment, indexed by what they are about: a question looks at those of its own resource only, however
/// many there are of others. Immutable; a change makes another.
/// </summary>
internal sealed class AclSet
{
    private readonly FrozenDictionary<(AclResourceType, string), AclBinding[]> _literal;
    private readonly FrozenDictionary<AclResourceType, AclBinding[]> _prefixed;

    private AclSet(ImmutableHashSet<AclBinding> all)
    {
        All = all;
        _literal = all.Where(static acl => acl.PatternType == AclPatternType.Literal)
            .GroupBy(static acl => (acl.ResourceType, acl.ResourceName))
            .ToFrozenDictionary(static group => group.Key, static group => group.ToArray());
        _prefixed = all.Where(static acl => acl.PatternType == AclPatternType.Prefixed)
            .GroupBy(static acl => acl.ResourceType)
            .ToFrozenDictionary(static group => group.Key, static group => group.ToArray());
    }

    public static AclSet Empty { get; } = new([]);

    public ImmutableHashSet<AclBinding> All { get; }

    public static AclSet Of(IEnumerable<AclBinding> acls) => new([.. acls]);

    public AclVerdict Judge(
        string principal, string host, AclOperation operation, AclResourceType type, string name)
    {
        var verdict = AclVerdict.NoAcl;
        Add(ref verdict, _literal.GetValueOrDefault((type, name)), principal, host, operation);
        if (name != AclBinding.Wildcard)
        {
            Add(ref verdict, _literal.GetValueOrDefault((type, AclBinding.Wildcard)), principal, host, operation);
        }

        foreach (var acl in _prefixed.GetValueOrDefault(type, []))
        {
            if (name.StartsWith(acl.ResourceName, StringComparison.Ordinal))
            {
                Add(ref verdict, acl, principal, host, operation);
            }
        }

        return verdict;
    }

    /// <summary>
    /// Whether the client may do it to at least one resource of the type: an Allow for a name or a beginning of names
    /// that no Deny covers wholly (KIP-679). Implied operations do not count, as in Kafka.
    /// </summary>
    public bool IsAllowedSomewhere(string principal, string host, AclOperation operation, AclResourceType type)
    {
        var about = All.Where(acl => acl.ResourceType == type && acl.Names(principal, host)
            && (acl.Operation == operation || acl.Operation == AclOperation.All)).ToArray();
        var denied = about.Where(static acl => acl.Permission == AclPermission.Deny).ToArray();
        return !denied.Any(IsEveryName)
            && about.Any(allow => allow.Permission == AclPermission.Allow
                && (IsEveryName(allow) || !denied.Any(deny => Dominates(deny, allow))));
    }

    private static bool IsEveryName(AclBinding acl) =>
        acl.PatternType == AclPatternType.Literal && acl.ResourceName == AclBinding.Wildcard;

    private static bool Dominates(AclBinding deny, AclBinding allow) => deny.PatternType == AclPatternType.Prefixed
        ? allow.ResourceName.StartsWith(deny.ResourceName, StringComparison.Ordinal)
        : allow.PatternType == AclPatternType.Literal && allow.ResourceName == deny.ResourceName;

    private static void Add(
        ref AclVerdict verdict, AclBinding[]? acls, string principal, string host, AclOperation operation)
    {
        foreach (var acl in acls ?? [])
        {
            Add(ref verdict, acl, principal, host, operation);
        }
    }

    private static void Add(
        ref AclVerdict verdict, AclBinding acl, string principal, string host, AclOperation operation)
    {
        if (verdict == AclVerdict.NoAcl)
        {
            verdict = AclVerdict.NotAllowed;
        }

        if (verdict == AclVerdict.Denied || !acl.Names(principal, host) || !acl.Covers(operation))
        {
            return;
        }

        verdict = acl.Permission == AclPermission.Deny ? AclVerdict.Denied : AclVerdict.Allowed;
    }
}
