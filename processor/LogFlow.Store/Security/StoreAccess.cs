namespace LogFlow.Store;

/// <summary>What somebody may do with an index. Bits: roles and grants add up.</summary>
[Flags]
public enum StoreAccess
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Search, count, read documents and fields.</summary>
    Read = 1,

    /// <summary>Add documents, by which an index comes into being.</summary>
    Write = 2,

    /// <summary>Both of these, and what changes an index as a whole.</summary>
    Manage = 4,

    /// <summary>All of it.</summary>
    All = Read | Write | Manage,
}
