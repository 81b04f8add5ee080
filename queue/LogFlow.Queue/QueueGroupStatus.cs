namespace LogFlow.Queue;

/// <summary>One consumer group of a <see cref="QueueStatus"/>.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="State">
/// Empty, PreparingRebalance, CompletingRebalance or Stable; by the new protocol Empty, Assigning, Reconciling or
/// Stable.
/// </param>
/// <param name="MemberCount">Members of the current generation.</param>
/// <param name="Offsets">Where it stands in each partition that it has committed.</param>
public sealed record QueueGroupStatus(
    string GroupId, string State, int MemberCount, IReadOnlyList<QueueGroupOffset> Offsets)
{
    /// <summary>Records that wait for the group, over all of its partitions.</summary>
    public long TotalLag => Offsets.Sum(offset => offset.Lag);
}
