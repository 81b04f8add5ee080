namespace LogFlow.Queue;

/// <summary>What an ACL is about; Kafka's numbers.</summary>
internal enum AclResourceType : sbyte
{
    Unknown = 0,

    /// <summary>In filters: whichever.</summary>
    Any = 1,
    Topic = 2,
    Group = 3,
    Cluster = 4,
    TransactionalId = 5,

    /// <summary>ACLs of tokens are kept, as in Kafka; tokens are not issued.</summary>
    DelegationToken = 6,

    /// <summary>Whose tokens somebody may ask for: kept as well.</summary>
    User = 7,
}
