namespace LogFlow.Queue;

/// <summary>What the ACLs say of one operation of one client.</summary>
internal enum AclVerdict
{
    /// <summary>No ACL speaks of the resource, whoever asks.</summary>
    NoAcl,

    /// <summary>There are ACLs of the resource, and none lets this client do it.</summary>
    NotAllowed,

    /// <summary>One forbids it.</summary>
    Denied,

    /// <summary>One allows it, and none forbids it.</summary>
    Allowed,
}
