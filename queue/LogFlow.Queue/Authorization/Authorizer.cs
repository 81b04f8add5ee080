using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <summary>
/// Decides what clients may do, by Kafka's rules: super users everything; else what an ACL allows and none denies; and
/// where no ACL speaks of the resource, what <c>allow.everyone.if.no.acl.found</c> says.
/// </summary>
internal sealed partial class Authorizer(
    AclStore acls,
    IReadOnlySet<string> superUsers,
    bool allowsWithoutAcl,
    QueueMetrics metrics,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>Stands for a resource that has no ACLs of its own; Kafka asks for the same.</summary>
    private const string AnyName = "hardcode";

    private readonly LogThrottle _throttle = new(TimeSpan.FromSeconds(1), time);

    public AclStore Acls => acls;

    public bool IsAllowed(
        string principal, string host, AclOperation operation, AclResourceType type, string name) =>
        superUsers.Contains(principal) || acls.Current.Judge(principal, host, operation, type, name) switch
        {
            AclVerdict.Allowed => true,
            AclVerdict.NoAcl => allowsWithoutAcl,
            _ => false,
        };

    /// <summary>Whether there may be one resource of the type to which the client may do it.</summary>
    public bool IsAllowedSomewhere(string principal, string host, AclOperation operation, AclResourceType type) =>
        IsAllowed(principal, host, operation, type, AnyName)
        || acls.Current.IsAllowedSomewhere(principal, host, operation, type);

    /// <summary>Counts what was refused, and says so, at most once a second.</summary>
    public void Refused(string principal, string host, AclOperation operation, AclResourceType type, string name)
    {
        metrics.AuthorizationFailed(operation, type);
        if (_throttle.TrySay(out var unsaid))
        {
            Log.Refused(logger, principal, host, operation, type, name, unsaid);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3057, LogLevel.Warning,
            "{Principal} from {Host} may not {Operation} the {ResourceType} '{Resource}': no ACL allows it, or one "
            + "denies it (kafka-acls --list). {Count} more were refused before it.")]
        public static partial void Refused(
            ILogger logger,
            string principal,
            string host,
            AclOperation operation,
            AclResourceType resourceType,
            string resource,
            int count);
    }
}
