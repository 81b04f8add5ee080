namespace LogFlow.Queue;

/// <summary>How an ACL's resource name is compared; Kafka's numbers.</summary>
internal enum AclPatternType : sbyte
{
    Unknown = 0,

    /// <summary>In filters: whichever, with this very name.</summary>
    Any = 1,

    /// <summary>In filters: whatever applies to a resource of this name.</summary>
    Match = 2,

    /// <summary>The name itself, or every one where it is <c>*</c>.</summary>
    Literal = 3,

    /// <summary>All that begins with the name.</summary>
    Prefixed = 4,
}
