namespace LogFlow.Queue;

/// <summary>Whether an ACL grants or forbids; Kafka's numbers.</summary>
internal enum AclPermission : sbyte
{
    Unknown = 0,

    /// <summary>In filters: whichever.</summary>
    Any = 1,

    /// <summary>Wins over every Allow.</summary>
    Deny = 2,
    Allow = 3,
}
