namespace LogFlow.Queue;

/// <summary>
/// The states of a classic consumer group; the names are those that DescribeGroups and ListGroups print.
/// </summary>
internal enum GroupState
{
    /// <summary>No members; offsets may be left.</summary>
    Empty,

    /// <summary>
    /// Members are (re)joining; the next generation starts when all have, or at the rebalance timeout.
    /// </summary>
    PreparingRebalance,

    /// <summary>The generation is fixed; the leader's assignment is awaited.</summary>
    CompletingRebalance,

    /// <summary>Every member knows its assignment.</summary>
    Stable,

    /// <summary>Deleted; whoever still holds a reference must look the group up again.</summary>
    Dead,
}
