namespace LogFlow.Queue;

/// <summary>What may be done to a resource; Kafka's numbers.</summary>
internal enum AclOperation : sbyte
{
    Unknown = 0,

    /// <summary>In filters: whichever.</summary>
    Any = 1,

    /// <summary>In ACLs: every one.</summary>
    All = 2,
    Read = 3,
    Write = 4,
    Create = 5,
    Delete = 6,
    Alter = 7,
    Describe = 8,
    ClusterAction = 9,
    DescribeConfigs = 10,
    AlterConfigs = 11,
    IdempotentWrite = 12,
    CreateTokens = 13,
    DescribeTokens = 14,
    TwoPhaseCommit = 15,
}
