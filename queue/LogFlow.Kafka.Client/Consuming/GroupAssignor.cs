namespace LogFlow.Kafka.Client;

/// <summary>How a group divides partitions; Kafka <c>partition.assignment.strategy</c>.</summary>
public enum GroupAssignor
{
    /// <summary>
    /// Kafka's <c>range</c>: per topic, contiguous ranges in the order of member ids; everything moves.
    /// </summary>
    Range,

    /// <summary>
    /// Kafka's <c>cooperative-sticky</c>: balanced with few moves; what does not move is read on meanwhile.
    /// </summary>
    CooperativeSticky,
}
