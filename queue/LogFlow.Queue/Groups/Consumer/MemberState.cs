namespace LogFlow.Queue;

/// <summary>How far a member is on its way to its target assignment; the numbers are kept on disk.</summary>
internal enum MemberState : sbyte
{
    /// <summary>It has its whole target of its epoch.</summary>
    Stable = 0,

    /// <summary>It must give partitions up, and has not said yet that it did.</summary>
    UnrevokedPartitions = 1,

    /// <summary>It waits for partitions that others have not given up yet.</summary>
    UnreleasedPartitions = 2,
}
