namespace LogFlow.Queue;

/// <summary>Where a group stands in one partition.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="CommittedOffset">Next offset that the group will read.</param>
/// <param name="Lag">Records between it and the partition's end.</param>
public readonly record struct QueueGroupOffset(string Topic, int Partition, long CommittedOffset, long Lag);
