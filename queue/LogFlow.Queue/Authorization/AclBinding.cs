namespace LogFlow.Queue;

/// <summary>One access control entry: who may, or may not, do what to which resources, coming from where.</summary>
/// <param name="ResourceType">A kind of resource, never Any.</param>
/// <param name="PatternType">Literal or Prefixed.</param>
/// <param name="ResourceName">The name or its beginning; a literal <c>*</c> stands for every name.</param>
/// <param name="Principal"><c>User:alice</c>; <c>User:*</c> is everybody.</param>
/// <param name="Host">The client's address, or <c>*</c>. Kafka knows no networks here, and neither does the queue.
/// </param>
/// <param name="Operation">What is meant, All included.</param>
/// <param name="Permission">Deny or Allow.</param>
internal sealed record AclBinding(
    AclResourceType ResourceType,
    AclPatternType PatternType,
    string ResourceName,
    string Principal,
    string Host,
    AclOperation Operation,
    AclPermission Permission)
{
    /// <summary>Every name, host or user.</summary>
    public const string Wildcard = "*";

    /// <summary>Everybody.</summary>
    public const string WildcardPrincipal = "User:*";

    /// <summary>The one name that a resource of type Cluster has.</summary>
    public const string ClusterName = "kafka-cluster";

    /// <summary>Whether it speaks of this client at all.</summary>
    public bool Names(string principal, string host) =>
        (Principal == principal || Principal == WildcardPrincipal) && (Host == Wildcard || Host == host);

    /// <summary>
    /// Whether it speaks of the operation. An Allow of READ, WRITE, DELETE or ALTER allows DESCRIBE, too, and one of
    /// ALTER_CONFIGS allows DESCRIBE_CONFIGS; a Deny means no more than it says.
    /// </summary>
    public bool Covers(AclOperation operation) =>
        Operation == AclOperation.All || Operation == operation
        || (Permission == AclPermission.Allow && Implies(operation));

    private bool Implies(AclOperation operation) => operation switch
    {
        AclOperation.Describe =>
            Operation is AclOperation.Read or AclOperation.Write or AclOperation.Delete or AclOperation.Alter,
        AclOperation.DescribeConfigs => Operation is AclOperation.AlterConfigs,
        _ => false,
    };
}
