namespace LogFlow.Queue;

/// <summary>Where a group stands in one partition.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="CommittedOffset">Next offset that the group will read; <see cref="NothingCommitted"/>.</param>
/// <param name="Lag">Records between it and the partition's end; all of them where nothing is committed.</param>
public readonly record struct QueueGroupOffset(string Topic, int Partition, long CommittedOffset, long Lag)
{
    /// <summary>The group reads the topic and has committed nothing of this partition.</summary>
    public const long NothingCommitted = -1;
}
